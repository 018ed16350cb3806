import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { programName } from "./command-line.ts";
import { suggestWord, UsageError } from "./core/errors.ts";
import { metricDefinitions } from "./core/metric.ts";
import { sourceReference } from "./core/source.ts";
import { isFile, isFolder, reading } from "./io/readable.ts";
import { packageRoot } from "./load/files.ts";
import { listSources } from "./load/sources/source.ts";
import { displayPath, suiteFile, suiteNames } from "./load/suite.ts";
import { suiteFolders } from "./prepare.ts";

/** One thing that there is, with a line about it. */
interface Listed {
  name: string;
  about: string;
}

const listers = { suites: listSuites, datasets: listDatasets, providers: listProviders, metrics: listMetrics };

/**
 * What there is, as text or as one JSON document.
 * @param what one of suites, datasets, providers, metrics; all of them when undefined
 * @throws UsageError for another word
 */
export function list(what: string | undefined, asJson: boolean): string {
  const known = Object.keys(listers) as (keyof typeof listers)[];
  const chosen = what === undefined ? known : known.filter((name) => name === what);
  if (what === "judges") throw new UsageError(`${programName(process.env)} list judges is not built yet`);
  if (chosen.length === 0) throw new UsageError(`nothing to list under "${what}" (${suggestWord(what ?? "", known)})`);
  const lists = Object.fromEntries(chosen.map((name) => [name, listers[name]()]));
  if (asJson) return `${JSON.stringify(lists, null, 2)}\n`;
  return `${chosen.map((name) => [name, ...alignLines(lists[name] ?? [])].join("\n")).join("\n\n")}\n`;
}

/** Each list has a column of its own: one long name would push all others apart. */
function alignLines(all: readonly Listed[]): string[] {
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`.trimEnd());
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
