import type { Place } from "./place.ts";
import type { RemarkScope } from "./remark.ts";
import type { Severity } from "../case.ts";

interface Entry {
  level: number;
  place?: Place;
  severity?: Severity;
}

/** What the headings above the present line say; a heading ends the scope of its own level and of those below it. */
export interface Scope {
  enter(level: number, entry: Omit<Entry, "level">): void;
  leave(level: number): void;
  current(): RemarkScope;
}

/** A scope without any heading yet. */
export function createScope(): Scope {
  let entries: Entry[] = [];
  const leave = (level: number) => {
    entries = entries.filter((entry) => entry.level < level);
  };
  return {
    leave,
    enter(level, entry) {
      leave(level);
      entries.push({ level, ...entry });
    },
    current() {
      const merged: RemarkScope = {};
      for (const { place, severity } of entries) {
        if (place?.file !== undefined) merged.file = place.file;
        if (place?.lines !== undefined) merged.lines = place.lines;
        if (severity !== undefined) merged.severity = severity;
      }
      return merged;
    },
  };
}
