import { DateTime } from "luxon";
import type { Club } from "./directory";

/** The day at the club, yyyy-MM-dd. */
export function localDay(club: Club, at: Date): string {
  return DateTime.fromJSDate(at, { zone: club.timeZone }).toFormat("yyyy-MM-dd");
}

/** Minutes on the clock of the club since midnight. */
export function localMinutes(club: Club, at: Date): number {
  const { hour, minute } = DateTime.fromJSDate(at, { zone: club.timeZone });
  return hour * 60 + minute;
}
