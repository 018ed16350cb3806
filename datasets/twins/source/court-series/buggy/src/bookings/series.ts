import { DateTime } from "luxon";
import { localDay } from "../clubs/clock";
import type { Club } from "../clubs/directory";
import type { Slot } from "./store";

export const MAX_WEEKS = 30;

export interface Series {
  slots: Slot[];
  /** Days on which the club is closed, yyyy-MM-dd. */
  skipped: string[];
}

/** The slot and its repetitions, one a week at the same time, without the days on which the club is closed. */
export function weekly(club: Club, slot: Slot, weeks: number): Series {
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > MAX_WEEKS) {
    throw new RangeError(`a series has 1 to ${MAX_WEEKS} weeks, not ${weeks}`);
  }
  const first = DateTime.fromJSDate(slot.startsAt);
  const lengthMs = slot.endsAt.getTime() - slot.startsAt.getTime();

  const series: Series = { slots: [], skipped: [] };
  for (let week = 0; week < weeks; week += 1) {
    const startsAt = first.plus({ weeks: week }).toJSDate();
    const day = localDay(club, startsAt);
    if (club.closedDays.has(day)) {
      series.skipped.push(day);
    } else {
      const endsAt = new Date(startsAt.getTime() + lengthMs);
      series.slots.push({ courtId: slot.courtId, startsAt, endsAt });
    }
  }
  return series;
}
