export interface Segment {
  id: string;
  /** 1 for the first segment that is fired. */
  step: number;
  targetC: number;
  rateCPerHour: number;
  holdMinutes: number;
}

export interface Schedule {
  id: string;
  name: string;
  segments: Segment[];
}

const ROOM_C = 20;

/** How long a firing takes from a cold kiln, natural cooling at the end not included. */
export function totalMinutes(segments: Segment[]): number {
  let minutes = 0;
  let fromC = ROOM_C;
  for (const { targetC, rateCPerHour, holdMinutes } of segments) {
    minutes += (Math.abs(targetC - fromC) / rateCPerHour) * 60 + holdMinutes;
    fromC = targetC;
  }
  return Math.round(minutes);
}

export function formatDuration(minutes: number): string {
  const rest = String(minutes % 60).padStart(2, "0");
  return `${Math.floor(minutes / 60)}:${rest} h`;
}
