import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderSheetCsv } from "../../src/core/judge/sheet.ts";
import { readLabelSheet, readSheetKey } from "../../src/load/label-sheet.ts";
import { writeBelow } from "../fixtures/small-dataset.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const items = [
  { item: "0001", caseId: "a", review: "=SUM(A1)" },
  { item: "0002", caseId: "b", review: "Two lines,\nand a comma." },
  { item: "0003", caseId: "b", review: "Fine." },
];
const key = new Map(items.map((one) => [one.item, one]));
const axes = ["theme", "voice"];
const read = (text: string, by?: string) => readLabelSheet(writeBelow(makeFolder(), "sheet.csv", text), key, axes, by);

describe("readLabelSheet", () => {
  it("gives each filled row as a label, with the review as it was", () => {
    const filled = renderSheetCsv(items, axes)
      .replace("'=SUM(A1),,,,", "'=SUM(A1),pass, Fail ,ines,hm")
      .replace("Fine.,,,,", "Fine.,,pass,,");
    expect(read(filled, "jo")).toEqual({
      labels: [
        { caseId: "a", review: "=SUM(A1)", axes: { theme: "pass", voice: "fail" }, by: "ines" },
        { caseId: "b", review: "Fine.", axes: { voice: "pass" }, by: "jo" },
      ],
      empty: 1,
    });
  });

  it("takes a sheet in UTF-16 with its mark, and says in one line of any other what it is not", () => {
    const text = "item\ttheme\tvoice\tby\r\n0003\tpass\t\tín\r\n";
    const little = Buffer.from(`\u{FEFF}${text}`, "utf16le");
    const big = Buffer.from(little).swap16();
    const readBytes = (bytes: Uint8Array) => {
      const path = join(makeFolder(), "sheet.csv");
      writeFileSync(path, bytes);
      return readLabelSheet(path, key, axes, undefined);
    };
    const labels = [{ caseId: "b", review: "Fine.", axes: { theme: "pass" }, by: "ín" }];
    expect(readBytes(little).labels).toEqual(labels);
    expect(readBytes(big).labels).toEqual(labels);
    expect(() => readBytes(Buffer.from(text, "utf16le"))).toThrow(
      /sheet\.csv": is no text \(save it from the spreadsheet as CSV in UTF-8\)$/,
    );
  });

  it.each([";", "\t"])("takes a sheet whose cells a spreadsheet separated with %j, its columns moved", (mark) => {
    const rows = [
      ["theme", "by", "item", "voice"],
      ["PASS", "ines", "0003", ""],
    ];
    expect(read(rows.map((row) => row.join(mark)).join("\r\n")).labels).toEqual([
      { caseId: "b", review: "Fine.", axes: { theme: "pass" }, by: "ines" },
    ]);
  });

  it.each([
    [
      "a word that is none",
      "item,theme,voice,by\n0001,maybe,pass,ines\n",
      'sheet.csv:2: item 0001: theme: expected pass, fail or nothing, got "maybe" (leave it empty where you cannot tell)',
    ],
    [
      "an unknown item",
      "item,theme,voice,by\n0009,pass,,ines\n",
      'sheet.csv:2: no item "0009" in the key (restore the cell)',
    ],
    [
      "an item twice",
      "item,theme,voice,by\n0001,pass,,ines\n0002,,,\n0001,fail,,ines\n",
      "sheet.csv:4: item 0001: stands already in line 2 (remove one row)",
    ],
    [
      "nobody",
      "item,theme,voice\n0001,pass,\n",
      "sheet.csv:2: item 0001: by: nobody is named (fill the cell, or give --by NAME)",
    ],
    [
      "a column that is gone",
      "item,voices,by\n0001,pass,ines\n",
      'sheet.csv:1: no column "theme" (known: item, voices, by)',
    ],
    ["nothing filled", "item,theme,voice,by\n0001,,,\n", "nobody has filled it (write pass or fail)"],
    ["no CSV", 'item,theme,voice,by\n"0001,pass,,ines\n', "not CSV: "],
    ["a row with too many cells", "item,theme,voice,by\n0001,pass,,ines,x\n", "not CSV: "],
  ])("refuses %s in one line", (_, text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(/^[^\n]+$/);
  });
});

describe("readSheetKey", () => {
  it("reads what each item stands for", () => {
    const file = writeBelow(makeFolder(), "key.jsonl", items.map((one) => `${JSON.stringify(one)}\n`).join(""));
    expect(readSheetKey(file)).toEqual(key);
  });

  it("says what is missing, or not as it was written", () => {
    expect(() => readSheetKey(join(makeFolder(), "key.jsonl"))).toThrow(
      "no such file (keep the filled sheet beside the key.jsonl that came with it)",
    );
    expect(() => readSheetKey(writeBelow(makeFolder(), "key.jsonl", '{"item":"1"}\n'))).toThrow(
      /key\.jsonl:1: caseId: missing/,
    );
  });
});
