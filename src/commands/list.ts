import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { suggestWord, UsageError } from "../core/errors.ts";
import { metricDefinitions } from "../core/metric.ts";
import { sourceReference } from "../core/source.ts";
import { isFile, isFolder, reading } from "../io/readable.ts";
import { listJudges } from "./list-judges.ts";
import { packageRoot } from "../load/files.ts";
import { listSources } from "../load/sources/source.ts";
import { displayPath, suiteFile, suiteNames } from "../load/suite.ts";
import { suiteFolders } from "../prepare.ts";
import { fold } from "../reporters/terminal-text.ts";

/** One thing that there is, with a line about it. */
interface Listed {
  name: string;
  about: string;
}

const listers = {
  suites: listSuites,
  judges: listJudges,
  datasets: listDatasets,
  providers: listProviders,
  metrics: listMetrics,
};

/**
 * What there is, as text or as one JSON document.
 * @param what one of suites, judges, datasets, providers, metrics; all of them when undefined
 * @param columns how wide the text may be
 * @throws UsageError for another word
 */
export function list(what: string | undefined, asJson: boolean, columns = Infinity): string {
  const known = Object.keys(listers) as (keyof typeof listers)[];
  const chosen = what === undefined ? known : known.filter((name) => name === what);
  if (chosen.length === 0) throw new UsageError(`nothing to list under "${what}" (${suggestWord(what ?? "", known)})`);
  const lists = Object.fromEntries(chosen.map((name) => [name, listers[name]()]));
  if (asJson) return `${JSON.stringify(lists, null, 2)}\n`;
  return `${chosen.map((name) => [name, ...alignLines(lists[name] ?? [], columns)].join("\n")).join("\n\n")}\n`;
}

/** With less room than this beside the names, what is said of them stands below. */
const leastRoom = 30;

/** Each list has a column of its own: one long name would push all others apart. */
function alignLines(all: readonly Listed[], columns: number): string[] {
  const width = Math.max(...all.map(({ name }) => name.length));
  const isBeside = columns - width - 4 >= leastRoom;
  const indent = isBeside ? width + 4 : 6;
  return all.flatMap(({ name, about }) => {
    const lines = fold(about, columns - indent).split("\n");
    const beside = isBeside ? (lines.shift() ?? "") : "";
    const rest = lines.filter((line) => line !== "").map((line) => `${" ".repeat(indent)}${line}`);
    return [`  ${name.padEnd(width)}  ${beside}`.trimEnd(), ...rest];
  });
}

function listSuites(): Listed[] {
  const folders = suiteFolders();
  const names = [...new Set(folders.flatMap((folder) => suiteNames(folder)))].sort();
  return names.map((name) => ({ name, about: describeSuite(suiteFile(name, folders) ?? "") }));
}

/** A suite that does not parse is still listed; running it says what is wrong. */
function describeSuite(path: string): string {
  try {
    const { description } = parse(readFileSync(path, "utf8")) as { description?: unknown };
    return typeof description === "string" ? description : "";
  } catch {
    return "(not readable)";
  }
}

function listDatasets(): Listed[] {
  const folders = [...new Set([resolve("datasets"), join(packageRoot, "datasets")])].filter(isFolder);
  const found = folders.flatMap((folder) =>
    reading(`folder "${displayPath(folder)}"`, () => readdirSync(folder))
      .filter((name) => isFile(join(folder, name, "cases.jsonl")))
      .map((name) => ({ name, about: firstParagraph(join(folder, name, "README.md")) })),
  );
  const sources = listSources().map(({ name, manifest }) => ({
    name: sourceReference(manifest),
    about: firstParagraph(join(packageRoot, "datasets", name, "README.md")),
  }));
  return [...new Map([...found, ...sources].map((one) => [one.name, one])).values()];
}

function firstParagraph(card: string): string {
  if (!isFile(card)) return "";
  const paragraphs = reading(`card "${displayPath(card)}"`, () => readFileSync(card, "utf8")).split(/\n\s*\n/);
  const first = paragraphs.find((text) => !text.startsWith("#")) ?? "";
  return first.replaceAll("\n", " ").trim();
}

function listProviders(): Listed[] {
  return [
    { name: "./FOLDER", about: "a PEFT adapter, its checkpoints or a whole model, served by an engine that is here" },
    { name: "./FILE.gguf", about: "a model that runs in this process, or an adapter (with reviewer.base)" },
    { name: "hf:ORG/NAME[@REVISION][:PATH]", about: "an adapter or a GGUF file of the Hub, fetched and then as above" },
    { name: "openai:ID[@URL]", about: "any OpenAI-compatible server: llama-server, hosted endpoints" },
    { name: "ollama:NAME[:TAG][@URL]", about: "a model of Ollama" },
    { name: "vllm:NAME[@URL]", about: "a model or adapter of vLLM" },
    { name: "anthropic:ID", about: "a model of Anthropic" },
    { name: "gemini:ID", about: "a model of Google" },
    { name: "http:URL", about: "POST {diff} -> {review}" },
    { name: "command:LINE", about: "a program: the case as JSON on standard input, its review on standard output" },
    { name: "static:", about: "real linters on the new side of the change: ruff, oxlint, secretlint" },
    { name: "replay:FILE", about: "recorded reviews, one JSON line per case" },
    { name: "recorded:NAME", about: "a reviewer whose recorded reviews the suite's dataset brings" },
    { name: "floor:lgtm|silent|shotgun", about: "what no skill reaches" },
    { name: "ceiling:oracle|reference", about: "what perfect knowledge reaches" },
  ];
}

function listMetrics(): Listed[] {
  return Object.entries(metricDefinitions).map(([name, { description }]) => ({ name, about: description }));
}
