import { localDay, localMinutes } from "../clubs/clock";
import type { Club, ClubDirectory } from "../clubs/directory";
import type { Booking, BookingStore, Slot } from "./store";

export type RefusalReason = "closed" | "taken" | "too-far-ahead";

export class BookingRefused extends Error {
  constructor(
    readonly reason: RefusalReason,
    readonly slots: Slot[],
  ) {
    super(`booking refused: ${reason}`);
    this.name = "BookingRefused";
  }
}

const HORIZON_DAYS = 14;
const DAY_MS = 86_400_000;

export class BookingService {
  constructor(
    private readonly clubs: ClubDirectory,
    private readonly store: BookingStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async book(memberId: string, slot: Slot): Promise<Booking> {
    if (slot.startsAt.getTime() > this.now().getTime() + HORIZON_DAYS * DAY_MS) {
      throw new BookingRefused("too-far-ahead", [slot]);
    }
    const club = await this.clubs.ofCourt(slot.courtId);
    if (!isOpen(club, slot)) throw new BookingRefused("closed", [slot]);

    const booked = await this.store.insertAll(memberId, [slot]);
    if (booked.kind === "taken") throw new BookingRefused("taken", booked.slots);
    return booked.bookings[0]!;
  }

  async cancel(memberId: string, bookingId: string): Promise<boolean> {
    return this.store.remove(memberId, bookingId);
  }
}

function isOpen(club: Club, slot: Slot): boolean {
  if (club.closedDays.has(localDay(club, slot.startsAt))) return false;
  return (
    localDay(club, slot.startsAt) === localDay(club, slot.endsAt) &&
    localMinutes(club, slot.startsAt) >= club.opensAtMinutes &&
    localMinutes(club, slot.endsAt) <= club.closesAtMinutes
  );
}
