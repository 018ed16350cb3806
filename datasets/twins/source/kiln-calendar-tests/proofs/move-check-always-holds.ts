import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";

const runTests = () => spawnSync(process.execPath, [...process.execArgv, "test/kiln-calendar.test.ts"]).status;

assert.equal(runTests(), 0, "the tests hold for the calendar as it is");

cpSync("src/kiln-calendar.ts", "src/calendar.ts");
writeFileSync(
  "src/kiln-calendar.ts",
  `import { KilnCalendar as Calendar } from "./calendar.ts";
  export * from "./calendar.ts";

  export class KilnCalendar extends Calendar {
    constructor(kilns, store, now) {
      super(kilns, store, now);
      this.store = store;
    }

    async move(id, startsAt) {
      const firing = await this.store.find(id);
      await this.store.remove(id);
      const { id: booked } = await this.book({ ...firing, startsAt });
      const moved = { ...firing, startsAt };
      await this.store.remove(booked);
      await this.store.add(moved);
      return moved;
    }
  }
`,
);
assert.notEqual(runTests(), 0, "a calendar that loses a firing which cannot be moved must fail the tests");
