import { localDay, localMinutes } from "../clubs/clock";
import type { Club, ClubDirectory } from "../clubs/directory";
import { weekly } from "./series";
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

export interface BookedSeries {
  bookings: Booking[];
  skippedDays: string[];
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
    this.requireWithinHorizon(slot);
    const club = await this.clubs.ofCourt(slot.courtId);
    if (!isOpen(club, slot)) throw new BookingRefused("closed", [slot]);
    const [booking] = await this.insert(memberId, [slot]);
    return booking!;
  }

  /** Books a slot every week, all of them or none; only the first has to be within the horizon. */
  async bookWeekly(memberId: string, slot: Slot, weeks: number): Promise<BookedSeries> {
    this.requireWithinHorizon(slot);
    const club = await this.clubs.ofCourt(slot.courtId);
    if (!isOpen(club, slot)) throw new BookingRefused("closed", [slot]);
    const { slots, skipped } = weekly(club, slot, weeks);
    return { bookings: await this.insert(memberId, slots), skippedDays: skipped };
  }

  async cancel(memberId: string, bookingId: string): Promise<boolean> {
    return this.store.remove(memberId, bookingId);
  }

  private requireWithinHorizon(slot: Slot): void {
    if (slot.startsAt.getTime() > this.now().getTime() + HORIZON_DAYS * DAY_MS) {
      throw new BookingRefused("too-far-ahead", [slot]);
    }
  }

  private async insert(memberId: string, slots: Slot[]): Promise<Booking[]> {
    const outcome = await this.store.insertAll(memberId, slots);
    if (outcome.kind === "taken") throw new BookingRefused("taken", outcome.slots);
    return outcome.bookings;
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
