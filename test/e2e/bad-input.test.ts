import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startReviewer } from "../fixtures/chat-reviewer.ts";
import { type Workspace, workspaces } from "../fixtures/command.ts";
import type { ScriptedServer } from "../fixtures/scripted-server.ts";
import { linesOf, pairOf, pathOf } from "../fixtures/small-dataset.ts";

const makeWorkspace = workspaces();
let server: ScriptedServer;
beforeAll(async () => {
  server = await startReviewer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const [one, oneClean] = pairOf("one");

/** Puts a text in place of another in the suite. */
const mend = (workspace: Workspace, from: string, to: string) =>
  workspace.write("tiny.yaml", workspace.read("tiny.yaml").replace(from, to));
const gate = (metric: string) => (workspace: Workspace) =>
  mend(workspace, '"name": "tiny",', `"name": "tiny",\n"gates": [{ "metric": "${metric}", "min": 0.5 }],`);
const dataset =
  (...cases: Parameters<typeof linesOf>[0]) =>
  (workspace: Workspace) =>
    void workspace.write("data/cases.jsonl", linesOf(cases));
const asItIs = () => undefined;

interface BadInput {
  what: string;
  prepare: (workspace: Workspace) => unknown;
  args?: string[];
  says: RegExp;
}

const badInputs: BadInput[] = [
  {
    what: "a suite that is no YAML",
    prepare: (w) => w.write("tiny.yaml", "version: 1\nname: [tiny\nscorers: {}\n"),
    says: /^tiny\.yaml:3:1: not YAML: /,
  },
  {
    what: "an unknown key of a suite",
    prepare: (w) => mend(w, '"retries": 0', '"retires": 0'),
    says: /^tiny\.yaml:9: reviewer\.retires: unknown key "retires" \(did you mean "retries"\? known: /,
  },
  {
    what: "a suite that is a folder",
    prepare: (w) => w.write("suites/quikstart.yaml/file", ""),
    args: ["quikstart"],
    says: /^suite "quikstart": no such suite \(did you mean "quickstart"\? known: /,
  },
  {
    what: "a suite that is not there",
    prepare: asItIs,
    args: ["quikstart"],
    says: /^suite "quikstart": no such suite \(did you mean "quickstart"\? known: /,
  },
  {
    what: "a gate on an unknown metric",
    prepare: gate("detection.recal"),
    says: /^tiny\.yaml:4: gates\[0\]\.metric: unknown metric "detection\.recal" \(did you mean "detection\.recall"\?/,
  },
  {
    what: "a gate on a planned metric",
    prepare: gate("contract.verdict_accuracy"),
    says: /^tiny\.yaml:4: gates\[0\]\.metric: "contract\.verdict_accuracy" is not built yet$/,
  },
  {
    what: "a latency phase of the open loop without a rate",
    prepare: (w) => mend(w, '"detection": {}', '"latency": { "mode": "open" }'),
    says: /^tiny\.yaml:\d+: scorers\.latency(\.rate)?: expected requests a second, got none \(write rate: 2\)$/,
  },
  {
    what: "a wrong override",
    prepare: asItIs,
    args: ["--set", "reviewer.unit=paragraph"],
    says: /^--set reviewer\.unit: expected a known word, got "paragraph" \(known: case, file, hunk\)$/,
  },
  {
    what: "an override that is none",
    prepare: asItIs,
    args: ["--set", "reviewer.unit"],
    says: /^--set reviewer\.unit: expected path=value \(write --set gates\[0\]\.min=0\.8\)$/,
  },
  {
    what: "an unknown field in --where",
    prepare: asItIs,
    args: ["--where", "langage == go"],
    says: /^--where: dataset\.where: .*unknown field "langage" .*did you mean "language"\?/,
  },
  {
    what: "a condition that chooses nothing",
    prepare: asItIs,
    args: ["--where", "language == cobol"],
    says: /^data\/cases\.jsonl: none of the 4 cases is chosen by language == cobol$/,
  },
  {
    what: "a dataset that is not there",
    prepare: (w) => mend(w, '"data"', '"none"'),
    says: /^dataset "none": no such file or folder$/,
  },
  {
    what: "a dataset line that is not JSON",
    prepare: dataset(one, oneClean, "{oops"),
    says: /^data\/cases\.jsonl:3: not JSON: /,
  },
  {
    what: "a dataset line with several mistakes",
    prepare: dataset(one, JSON.stringify({ ...oneClean, language: 3, pr: {} })),
    says: /^data\/cases\.jsonl:2: language: expected text, got 3; pr: expected text or a number, got a mapping$/,
  },
  {
    what: "a dataset whose cases.jsonl is a folder",
    prepare: (w) => {
      w.write("other/cases.jsonl/file", "");
      mend(w, '"data"', '"other"');
    },
    says: /^dataset "other\/cases\.jsonl": expected a file of cases, got a folder$/,
  },
  { what: "an empty dataset", prepare: dataset(), says: /^data\/cases\.jsonl: the dataset holds no case$/ },
  {
    what: "an id that is there twice",
    prepare: dataset(one, oneClean, one),
    says: /^data\/cases\.jsonl:3: case id "one" stands already in line 1 \(give each case its own\)$/,
  },
  {
    what: "a diff that does not parse",
    prepare: dataset({ ...one, diff: "no diff" }),
    says: /^data\/cases\.jsonl:1: case "one": diff: .*expected a unified diff, got "no diff" \(make one with git diff\)$/,
  },
  {
    what: "an anchor outside the diff",
    prepare: dataset({
      ...one,
      bugs: (one.bugs ?? []).map((bug) => ({ ...bug, anchor: { ...bug.anchor!, lines: [40, 40] } })),
    }),
    says: /^data\/cases\.jsonl:1: case "one": bug "one-bug": anchor src\/one\.py lines 40-40 \(new side\) lies outside the diff \(move it to a line that a hunk shows\)$/,
  },
  {
    what: "a twin without its case",
    prepare: dataset(oneClean),
    says: /^data\/cases\.jsonl:1: case "one\.clean": twin\.of names "one", which is no annotated case/,
  },
  {
    what: "a twin that does not say where a bug would be",
    prepare: dataset(one, { ...oneClean, twin: { of: "one", places: [] } }),
    says: /^data\/cases\.jsonl:2: case "one\.clean": twin\.places has no place for bug "one-bug" of "one" \(/,
  },
  {
    what: "a path that leaves the dataset's folder",
    prepare: dataset({ ...one, diff: one.diff.replaceAll(pathOf("one"), "../../one.py"), bugs: [] }),
    says: /^data\/cases\.jsonl:1: case "one": path "\.\.\/\.\.\/one\.py" leaves the dataset folder/,
  },
  {
    what: "escapes of a terminal in an id",
    prepare: dataset({ ...one, id: "\u001B[31mred" }, { ...one, id: "\u001B[31mred" }),
    says: /^data\/cases\.jsonl:2: case id "\\u001b\[31mred" stands already/,
  },
  {
    what: "a prompt with an unknown field",
    prepare: (w) => w.write("prompt.md", "Review\n\n{{dif}}\n"),
    says: /^prompt\.md:3: unknown field "dif" \(did you mean "diff"\? known: /,
  },
  {
    what: "a prompt that does not show the change",
    prepare: (w) => w.write("prompt.md", "Review\n{{#title}}{{title}}{{/title}}\n{{! diff }}\n"),
    says: /^prompt\.md: it does not show the change \(write \{\{diff\}\} where the diff shall stand\)$/,
  },
  {
    what: "a prompt that is not there",
    prepare: (w) => mend(w, "prompt.md", "prompts.md"),
    says: /^prompt "prompts\.md": no such file \(mend reviewer\.prompt\)$/,
  },
  {
    what: "a slip in the name of the lexical judge",
    prepare: asItIs,
    args: ["--set", "scorers.judge={}", "--judge", "lexcal"],
    says: /^judge "lexcal": no model reference \(did you mean "lexical"\?/,
  },
  {
    what: "an unknown kind of model",
    prepare: asItIs,
    args: ["--model", "opnai:x"],
    says: /^model "opnai:x": unknown kind "opnai" \(.*did you mean "openai"\?/,
  },
  {
    what: "an adapter that is not there",
    prepare: asItIs,
    args: ["--model", "./adapter"],
    says: /^adapter: no such file or folder \(name an adapter, a model or a GGUF file\)$/,
  },
  {
    what: "a folder that is neither adapter nor model",
    prepare: asItIs,
    args: ["--model", "./data"],
    says: /^data: neither adapter nor model: looked for adapter_config\.json .*; found cases\.jsonl \(name another folder\)$/,
  },
  {
    what: "an adapter as a judge",
    prepare: asItIs,
    args: ["--set", "scorers.judge={}", "--judge", "./adapter"],
    says: /^model "\.\/adapter": what lies on the disk has to be served, and only reviewers are /,
  },
  {
    what: "an unknown floor",
    prepare: asItIs,
    args: ["--model", "floor:shotgan"],
    says: /^model "floor:shotgan": unknown floor "shotgan" \(did you mean "shotgun"\?/,
  },
  {
    what: "a model that is named twice",
    prepare: asItIs,
    args: ["--model", "floor:lgtm", "--model", "floor:lgtm"],
    says: /^model "floor:lgtm" is named twice/,
  },
  {
    what: "a recording that is not there",
    prepare: asItIs,
    args: ["--model", "replay:none.jsonl"],
    says: /^model "replay:none\.jsonl": cannot read none\.jsonl: ENOENT/,
  },
  {
    what: "a key variable that is not set",
    prepare: asItIs,
    args: ["--model", "http://127.0.0.1:9/review", "--set", "reviewer.keyVariable=NO_SUCH_KEY"],
    says: /^model "http:\/\/127\.0\.0\.1:9\/review": the variable NO_SUCH_KEY is not set/,
  },
  {
    what: "a key variable of a model that is not set",
    prepare: asItIs,
    args: ["--model", "openai:m@http://127.0.0.1:9/v1", "--set", "reviewer.keyVariable=NO_SUCH_KEY"],
    says: /^model "openai:m@http:\/\/127\.0\.0\.1:9\/v1": the variable NO_SUCH_KEY is not set/,
  },
  {
    what: "a key variable of a judge that is not set",
    prepare: asItIs,
    args: ["--judge", "openai:j@http://127.0.0.1:9/v1", "--set", "scorers.judge={keyVariable: NO_SUCH_KEY}"],
    says: /^model "openai:j@http:\/\/127\.0\.0\.1:9\/v1": the variable NO_SUCH_KEY is not set/,
  },
  {
    what: "an unknown reporter",
    prepare: asItIs,
    args: ["--reporter", "htm"],
    says: /^unknown reporter "htm" \(did you mean "html"\? known: json, html, junit, github\)$/,
  },
  {
    what: "an unknown flag",
    prepare: asItIs,
    args: ["--modle", "x"],
    says: /^unknown option '--modle' \(Did you mean --model\?\)$/,
  },
  {
    what: "a flag with a wrong number",
    prepare: asItIs,
    args: ["--limit", "0"],
    says: /--limit <n>.*expected at least 1, got 0/,
  },
  {
    what: "a seed that is too large to be kept",
    prepare: asItIs,
    args: ["--seed", "99999999999999999999"],
    says: /--seed <n>.*expected a whole number up to 9007199254740991, got "99999999999999999999"/,
  },
  {
    what: "a planned flag",
    prepare: asItIs,
    args: ["--trained-on", "train.jsonl"],
    says: /^--trained-on is not built yet$/,
  },
  {
    what: "a run name that is a path",
    prepare: asItIs,
    args: ["--name", "../run"],
    says: /^run name "\.\.\/run": expected letters, digits/,
  },
  {
    what: "a run name that is a path, in a dry run",
    prepare: asItIs,
    args: ["--name", "../run", "--dry-run"],
    says: /^run name "\.\.\/run": expected letters, digits/,
  },
  {
    what: "a run to resume that is not there",
    prepare: asItIs,
    args: ["--resume", "run-1"],
    says: /^--resume run-1: no such run in runs \(name the folder of a run, or give its path\)$/,
  },
  {
    what: "an output folder below a file",
    prepare: (w) => w.write("file", ""),
    args: ["--out", "file/runs"],
    says: /^\S*file\/runs\/\S+: cannot write there \(.*\); choose another folder with --out$/,
  },
];

if (process.platform === "linux")
  badInputs.push(
    {
      what: "an output folder where none can be made",
      prepare: asItIs,
      args: ["--out", "/proc/x"],
      says: /^\/proc\/x\/\S+: cannot write there \(E.*\); choose another folder with --out$/,
    },
    {
      what: "a dataset that cannot be read",
      prepare: (w) => mend(w, '"data"', '"/proc/self/mem"'),
      says: /^dataset "\/proc\/self\/mem": cannot read it \(E[A-Z]+: /,
    },
  );

describe("bad input is refused with one clear line, exit 2, before anyone is asked", () => {
  test.each(badInputs)("$what", async ({ prepare, args = [], says }) => {
    const workspace = makeWorkspace();
    prepare(workspace);
    const own = args[0] === "quikstart" ? [] : ["tiny.yaml"];
    const asked = args.includes("--model") ? [] : ["--model", `openai:m@${server.url}`];
    const { code, stdout, stderr } = await workspace.run([...own, "--out", "runs", ...asked, ...args]);
    expect(stderr.trimEnd()).toMatch(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(workspace.runs()).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test.each([
    [
      ["jugde", "calibrate", "review", "--against", "x"],
      'unknown command "jugde" (did you mean "judge"? known: run, list, judge',
    ],
    [["lsit"], 'unknown command "lsit" (did you mean "list"? known: '],
  ])("a slip in the name of a command: %j", async (words, says) => {
    const { code, stderr } = await makeWorkspace().run(words);
    expect(code).toBe(2);
    expect(stderr.slice(0, says.length)).toBe(says);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  test("no slip is a suite of such a name", async () => {
    const workspace = makeWorkspace();
    workspace.write(
      "suites/lists.yaml",
      workspace.read("tiny.yaml").replace('"data"', '"../data"').replace('"prompt.md"', '"../prompt.md"'),
    );
    expect((await workspace.run(["lists", "--out", "runs", "--model", "floor:lgtm"])).code).toBe(0);
  });

  test("every mistake of a suite that its schema sees has its own line", async () => {
    const workspace = makeWorkspace();
    mend(workspace, '"retries": 0', '"retries": -1, "unit": "line"');
    const { code, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", "--model", "floor:lgtm"]);
    expect(code).toBe(2);
    expect(
      stderr
        .trimEnd()
        .split("\n")
        .map((line) => line.split(": ")[1]),
    ).toEqual(["reviewer.unit", "reviewer.retries"]);
  });

  test.each(["data"])("the planned command %s", async (command) => {
    const { code, stdout, stderr } = await makeWorkspace().run([command, "x", "--unknown"]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr: `nitbench ${command} is not built yet\n`,
    });
  });

  test("nobody to measure", async () => {
    const { code, stderr } = await makeWorkspace().run(["tiny.yaml", "--out", "runs"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'suite "tiny": nobody to measure (give --model REF, or list reviewers: in the suite)\n',
    });
  });

  test("an unknown thing to list", async () => {
    const { code, stderr } = await makeWorkspace().run(["list", "metrix"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nothing to list under "metrix" \(did you mean "metrics"\?/);
  });
});
