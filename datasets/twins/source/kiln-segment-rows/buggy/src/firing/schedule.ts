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

export type SegmentValues = Pick<Segment, "targetC" | "rateCPerHour" | "holdMinutes">;
export type SegmentDraft = Record<keyof SegmentValues, string>;

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

function renumber(segments: Segment[]): Segment[] {
  return segments.map((segment, index) => ({ ...segment, step: index + 1 }));
}

/** Swaps a segment with its neighbour; at either end of the schedule nothing changes. */
export function moveSegment(segments: Segment[], id: string, by: -1 | 1): Segment[] {
  const from = segments.findIndex((segment) => segment.id === id);
  const to = from + by;
  const [moved, neighbour] = [segments[from], segments[to]];
  if (!moved || !neighbour) return segments;
  return renumber(segments.with(from, neighbour).with(to, moved));
}

export function removeSegment(segments: Segment[], id: string): Segment[] {
  return renumber(segments.filter((segment) => segment.id !== id));
}

function wholeNumber(text: string, min: number, max: number): number | null {
  if (!/^\d{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

/** What the fields of a row say, or null while one of them holds no number that the kiln can do. */
export function parseDraft(draft: SegmentDraft): SegmentValues | null {
  const targetC = wholeNumber(draft.targetC, 20, 1320);
  const rateCPerHour = wholeNumber(draft.rateCPerHour, 10, 400);
  const holdMinutes = wholeNumber(draft.holdMinutes, 0, 720);
  if (targetC === null || rateCPerHour === null || holdMinutes === null) return null;
  return { targetC, rateCPerHour, holdMinutes };
}
