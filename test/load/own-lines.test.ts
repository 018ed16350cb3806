import { expect, test } from "vitest";
import { readOwnLines } from "../../src/load/own-lines.ts";
import { gather } from "../fixtures/asking.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const folder = temporaryFolders();

test("the lines of an own file are read one by one", async () => {
  const file = writeBelow(folder(), "own.jsonl", '{"a":1}\n{"a":2}\n');
  expect(await gather(readOwnLines<{ a: number }>(file))).toEqual([{ a: 1 }, { a: 2 }]);
});
