/**
 * Calibrates the lexical matcher: the threshold is chosen on the `choose` pairs, its accuracy measured on the others.
 * Writes record.json beside the pairs; with `--check` it writes nothing and fails when the record is out of date.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { calibrate, chooseThreshold, LabelledPair } from "../src/core/match/calibration.ts";
import { lexicalSimilarity, lexicalThreshold, lexicalVersion } from "../src/core/match/lexical.ts";

const folder = new URL("../judges/calibration/lexical-matcher/", import.meta.url);
const recordFile = new URL("record.json", folder);

const text = readFileSync(new URL("pairs.jsonl", folder), "utf8");
const pairs = text
  .trim()
  .split("\n")
  .map((line) => LabelledPair.parse(JSON.parse(line)));
const threshold = chooseThreshold(pairs, lexicalSimilarity);
const pairsHash = `sha256:${createHash("sha256").update(text).digest("hex")}`;
const record = calibrate(pairs, lexicalSimilarity, threshold, { version: lexicalVersion, pairsHash });
const recordText = `${JSON.stringify(record, null, 2)}\n`;

if (process.argv.includes("--check")) check();
else write();

function check(): void {
  if (readFileSync(recordFile, "utf8") === recordText && threshold === lexicalThreshold) return;
  console.error("record.json or lexicalThreshold is out of date (run node scripts/calibrate-lexical.ts)");
  process.exitCode = 1;
}

function write(): void {
  writeFileSync(recordFile, recordText);
  console.log(recordText);
  if (threshold === lexicalThreshold) return;
  console.error(`src/core/match/lexical.ts: lexicalThreshold is ${lexicalThreshold}, chosen was ${threshold}: set it`);
  process.exitCode = 1;
}
