import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { JudgeReport } from "../../../src/core/report.ts";
import type { RunData } from "../../../src/core/reporter.ts";
import { htmlReporter } from "../../../src/reporters/html/index.ts";
import type { PackedVerdict } from "../../../src/reporters/html/packed-judge.ts";
import { packCases } from "../../../src/reporters/html/payload.ts";
import { makeRun } from "../../fixtures/run-data.ts";
import { seeded } from "../../fixtures/run-synthetic.ts";
import { judgedRun, lexicalJudge, matchedRun, modelJudge, panelRun, runOf, withLines } from "./judged-run.ts";

async function bodyOf(run: RunData): Promise<string> {
  const [file] = await htmlReporter.render(run);
  return (file?.content ?? "").replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, "").replaceAll(/[ \n]+/g, " ");
}

const headingsOf = (body: string) =>
  [
    ...(/<table class="metrics">([\s\S]*?)<\/thead>/.exec(body)?.[1] ?? "").matchAll(/<th scope="col"[^>]*>([^<&]*)/g),
  ].map((match) => match[1]?.trim());
const methodOf = (body: string) => /<section id="method"[\s\S]*?<\/section>/.exec(body)?.[0] ?? "";
const withGates = (run: RunData, metrics: string[]): RunData => {
  run.report.suite.gates = metrics.map((metric) => ({ metric, min: 0.5, required: true, decide: "bound" as const }));
  return run;
};

describe("the judge in the tables", () => {
  it("has its pass rate after the figures of detection, and before them where the suite gates it first", async () => {
    const ungated = headingsOf(await bodyOf(withGates(judgedRun(), [])));
    expect(ungated.slice(1, 5)).toEqual(["recall", "precision", "F1", "judge pass rate"]);
    const run = withGates(judgedRun(), ["contract.valid_rate", "judge.pass_rate", "detection.recall"]);
    expect(headingsOf(await bodyOf(run)).slice(1, 3)).toEqual(["judge pass rate", "recall"]);
  });

  it("has its axes among all metrics, and says under the table who judged", async () => {
    const body = await bodyOf(judgedRun());
    expect(/<table class="every">[\s\S]*?<\/table>/.exec(body)?.[0]).toContain("<code>judge.theme</code>");
    expect(body).toContain(
      'Judged by <code title="openai:judge-large@http://judge.example:8000/v1">openai:judge-large</code>, median of 3 runs.',
    );
  });

  it("calls the lexical engine by its name, which decides nothing, in table and chart", async () => {
    const body = await bodyOf(judgedRun(lexicalJudge));
    expect(headingsOf(body)).toContain("lexical pass rate");
    expect(body).toContain("The lexical engine compares words; it informs and decides nothing.");
    expect(body).toContain("by words alone; informs only");
    expect(body).not.toContain("judge pass rate");
  });

  it("says at a pass rate what the judge left open", async () => {
    const run = judgedRun();
    const [reviewer] = run.report.reviewers;
    Object.assign(reviewer?.metrics["judge.pass_rate"] ?? {}, { unscored: 2, reason: "the judge cannot tell: theme" });
    expect(await bodyOf(run)).toContain("2 cases left unscored by the judge: the judge cannot tell: theme</li>");
  });

  it("is drawn in place of F1 where there is room for four charts only", async () => {
    const panels = [...(await bodyOf(judgedRun())).matchAll(/<figcaption>\s*<b>([^<]*)<\/b>/g)].map(
      (match) => match[1],
    );
    expect(panels.slice(0, 4)).toEqual(["recall", "false alarms", "precision", "judge pass rate"]);
  });
});

describe("the judge under how this was measured", () => {
  it("has its rubric with hash and definitions, its runs and what they took", async () => {
    const method = methodOf(await bodyOf(judgedRun()));
    expect(method).toContain("median of 3 runs at temperature 0.2");
    expect(method).toContain(
      "1\u202f204 calls, 1\u202f415\u202f997 tokens in and 78\u202f590 out, $3.46, 2 min 5 s busy within 40.0 s",
    );
    expect(method).toContain('review <code class="hash">sha256:77aa88bb</code>');
    expect(method).toMatch(/<dt>theme<\/dt>\s*<dd>The concern of a reference is raised\.<\/dd>/);
    expect(method).toMatch(/<dt>voice <span class="quiet">not required<\/span><\/dt>/);
    expect(method).toContain("<li>4 × expected one JSON object, got a list</li>");
    expect(method).toContain("Gates may rest on it.");
    expect(method).toContain("<b>Verdicts.</b>");
    expect(method).toMatch(/An empty review fails unasked\./);
  });

  it("says where silence passes, and what leaves a case unscored", async () => {
    const method = methodOf(await bodyOf(judgedRun({ ...modelJudge, silence: "pass" })));
    expect(method).toMatch(/An empty review passes unasked, as the rubric says\./);
    expect(method).toMatch(
      /Only an outage, or a change in a language\s+that the reviewer does not read, leaves a case/,
    );
  });

  it("has its hosts among those that received code", async () => {
    const run = judgedRun({ ...modelJudge, hosts: ["judge.example:8000", "127.0.0.1:8000"] });
    const method = methodOf(await bodyOf(run));
    expect(method).toContain("<code>judge.example:8000</code> (the judge)");
    expect(method).toContain("<code>127.0.0.1:8000</code> (reviewers and the judge)");
  });

  it("says that the lexical engine is no model, and why it decides nothing", async () => {
    const method = methodOf(await bodyOf(judgedRun(lexicalJudge)));
    expect(method).toContain("<b>lexical engine</b>: no model");
    expect(method).toContain("no judge model is named, so the lexical judge informs and decides nothing");
    expect(method).not.toContain("tokens in");
  });

  it("has what is known of its agreement with people, with a dash for what is not", async () => {
    const rate = { value: 0.92, low: 0.83, high: 0.97 };
    const axis = {
      tp: 58,
      fp: 6,
      tn: 61,
      fn: 5,
      unscored: 2,
      kappa: 0.83,
      ac1: 0.84,
      quadraticKappa: 0.8,
      alpha: 0.9,
      tpr: rate,
      tnr: rate,
      source: "ada",
    };
    const calibration: JudgeReport["calibration"] = {
      version: 1,
      judge: "m",
      ref: "m",
      rubric: { name: "review", hash: "x" },
      runs: 3,
      temperature: 0,
      maxTokens: 9,
      madeAt: "2026-11-02T10:00:00.000Z",
      source: "labels of ada",
      selfTest: {
        critical: { n: 16, failed: 15 },
        negatives: { n: 30, failed: 29 },
        positives: { n: 20, passed: 19 },
        holds: false,
      },
      axes: { theme: axis, pass: { ...axis, kappa: null, tnr: null } },
    };
    const method = methodOf(await bodyOf(judgedRun({ ...modelJudge, calibration })));
    expect(method).toContain(
      "15 of 16 critical cases failed, 29 of 30 negatives failed, 19 of 20 positives passed: not enough",
    );
    const rows = [...method.matchAll(/<tr>\s*<th scope="row">(theme|all required axes)<\/th>([\s\S]*?)<\/tr>/g)];
    const cells = rows.map((row) =>
      (row[2] ?? "")
        .replaceAll(/<[^>]*>/g, " ")
        .trim()
        .split(/\s+/),
    );
    expect(cells).toEqual([
      [".92", ".83–.97", ".92", ".83–.97", ".83", ".84", "130,", "2", "open"],
      [".92", ".83–.97", "–", "–", ".84", "130,", "2", "open"],
    ]);
    expect(method).toContain("Labels: labels of ada; on record since 2026-11-02");
  });

  it("is not spoken of where a suite asks for none", async () => {
    const body = await bodyOf(makeRun());
    expect(body).not.toMatch(/\bjudge\b/i);
    expect(body).not.toContain("Verdicts.");
  });
});

describe("several judges", () => {
  it("stand under the table, each by itself, and the pass rate is called that of the panel", async () => {
    const body = await bodyOf(panelRun());
    expect(headingsOf(body)).toContain("panel pass rate");
    expect(headingsOf(body)).toContain("judges differ");
    expect(body).toContain(
      "Judged by 3 judges: what most of them say, each by the medians of 3 runs; they inform and decide nothing.",
    );
    const table = /<table class="every judges">([\s\S]*?)<\/table>/.exec(body)?.[1] ?? "";
    expect([...table.matchAll(/<th scope="colgroup"[^>]*>([^<]*)</g)].map((match) => match[1])).toEqual([
      "openai:judge-large",
      "openai:critic-8b",
      "openai:elder",
    ]);
    const [row = ""] = table.split("<tbody>")[1]?.split("</tr>") ?? [];
    expect([...row.matchAll(/data-value="([^"]*)"/g)].map((match) => Number(match[1]))).toEqual([
      0.45, 0.1, 0.55, 0.1, 0.65, 0.1,
    ]);
  });

  it("are told apart under how this was measured: host, tokens, cost, record and what was left open", async () => {
    const method = methodOf(await bodyOf(panelRun()));
    expect(method).toContain("3 judges, each asked 3 times at temperature 0.2");
    expect(method).toContain("cost unknown, 2 min 5 s busy within 40.0 s");
    const members = [...method.matchAll(/<details class="more-facts member">([\s\S]*?)<\/summary>/g)].map((match) =>
      (match[1] ?? "").replaceAll(/<[^>]*>/g, "").trim(),
    );
    expect(members).toEqual([
      "openai:judge-large@http://judge.example:8000/v1judge.example:8000; 270 calls, 270\u202f000 tokens in and 27\u202f000 out, $.76, 1 min 0 s busy within 15.0 s; may gate",
      "openai:critic-8b@http://critic.example/v1critic.example; 270 calls, tokens unknown, since the server does not count them, cost unknown, 1 min 0 s busy within 15.0 s; informs",
      "openai:elderapi.openai.com; 270 calls, 270\u202f000 tokens in and 27\u202f000 out, $.76, 1 min 0 s busy within 15.0 s; may gate",
    ]);
    expect(method).toContain("16 of 16 critical cases failed");
    expect(method).toContain("<li>2 × the judge refused</li>");
    expect(method).toContain("the share of reviews that most judges pass");
    expect(method).toContain("<code>judge.example:8000</code> (judges)");
  });

  it("have a letter each in the packed lines, and their names beside", async () => {
    const data = await unpacked(panelRun());
    expect(data.judge?.panel).toEqual(["openai:judge-large", "openai:critic-8b", "openai:elder"]);
    const lettersOf = (id: string) => data.cases.find((item) => item.id === id)?.outcomeOf[0]?.k;
    expect(["parcel-average", "slot-bounds", "menu-escape", "guard-removed", "seat-sort"].map(lettersOf)).toEqual([
      "ppp",
      "pfp",
      "f-f",
      "-pf",
      undefined,
    ]);
  });
});

describe("a judge of findings and bugs", () => {
  it("is told with its rubric, work, record and why it may gate", async () => {
    const method = methodOf(await bodyOf(matchedRun()));
    expect(method).toMatch(
      /<code>openai:judge-large@http:\/\/judge\.example:8000\/v1<\/code>, asked about each finding and the bugs near it, most of 3 runs\s+by the rubric same-bug\s*<code class="hash">sha256:55cc66dd<\/code\s*>/,
    );
    expect(method).toContain(
      "1\u202f204 calls, 1\u202f415\u202f997 tokens in and 78\u202f590 out, $3.46, 2 min 5 s busy within 40.0 s",
    );
    expect(method).toContain("Gates may rest on it.");
    expect(method).toMatch(/<th scope="row">same<\/th>/);
    expect(method).toContain("4 × expected one JSON object, got a list");
    expect(method).toContain("<code>judge.example:8000</code> (the judge)");
    expect(method).not.toContain("<dt>Judge</dt>");
  });

  it("is told why it informs only, and several are told one by one", async () => {
    const method = methodOf(await bodyOf(matchedRun(true)));
    expect(method).toContain("openai:critic-8b informs and decides nothing: nothing is known of it as a judge");
    expect(method).toContain("most of 3 runs and of the judges by the rubric same-bug");
    expect(method.match(/<code>openai:(?:judge-large|critic-8b|elder)[^<]*<\/code>/g)).toHaveLength(6);
  });
});

interface Unpacked {
  judge: { engine: string; axes: { name: string }[]; panel?: string[] } | null;
  saidLimit: number;
  cases: { id: string; outcomeOf: { j?: PackedVerdict[]; k?: string; t: string }[] }[];
}

async function unpacked(run: RunData): Promise<Unpacked> {
  const { encoded } = await packCases(run, new Map());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is read here was packed a line before
  return JSON.parse(inflateRawSync(Buffer.from(encoded, "base64")).toString()) as Unpacked;
}

const verdictsOf = ({ cases }: Unpacked, id: string) => cases.find((item) => item.id === id)?.outcomeOf[0]?.j;

describe("the packed verdicts", () => {
  it("have a letter for each axis of the rubric, and the reason of an unscored run", async () => {
    const data = await unpacked(judgedRun());
    expect(data.judge?.axes.map(({ name }) => name)).toEqual(["theme", "voice"]);
    expect(verdictsOf(data, "guard-removed")).toEqual([
      { a: "pp", p: true },
      { a: "ff", p: false },
      { a: "--", p: null, why: "expected one JSON object, got a list" },
    ]);
    expect(verdictsOf(data, "slot-bounds")?.[1]).toEqual({ a: "fp", p: false, e: "evidence two", w: "reasoning two" });
    expect(verdictsOf(data, "seat-sort")).toBeUndefined();
  });

  it("make what is hidden in a judge's words visible", async () => {
    const run = withLines(judgedRun(), (line) => ({
      ...line,
      judged: [{ ...runOf("unknown", "pass"), evidence: "a\u202Eb", reasoning: "c\u200Bd", reason: "e\u202Ef" }],
    }));
    expect(verdictsOf(await unpacked(run), "slot-bounds")).toEqual([
      { a: "up", p: null, e: "a⟨U+202E⟩b", w: "c⟨U+200B⟩d", why: "e⟨U+202E⟩f" },
    ]);
  });

  it("are whole in a small report", async () => {
    const words = "word ".repeat(400);
    const run = withLines(judgedRun(), (line) => ({ ...line, judged: [runOf("pass", "pass", words)] }));
    const data = await unpacked(run);
    expect(verdictsOf(data, "slot-bounds")).toEqual([
      { a: "pp", p: true, e: `evidence ${words}`, w: `reasoning ${words}` },
    ]);
  });

  it("are cut, those of like runs left out, until a large report is small; verdicts and reasons stay", async () => {
    const random = seeded(5);
    const noise = (length: number) =>
      Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join("");
    const words = () => ({ evidence: noise(400), reasoning: noise(800) });
    const run = withLines(makeRun({ cases: 300, measured: 2, company: false }), (line) => ({
      ...line,
      judged: [
        { ...runOf("pass", "pass"), ...words() },
        { ...runOf("pass", "fail"), ...words() },
        { ...runOf("fail", "pass"), ...words() },
        { ...runOf("unknown", "pass", "why"), ...words() },
      ],
    }));
    run.report.judge = modelJudge;
    const { encoded, saidLimit } = await packCases(run, new Map());
    expect(encoded.length).toBeLessThanOrEqual(1_050_000);
    expect(saidLimit).toBe(120);
    const all = (await unpacked(run)).cases.flatMap((item) => item.outcomeOf.map((line) => line.j ?? []));
    expect(all).toHaveLength(600);
    for (const verdicts of all) {
      expect(verdicts.map(({ a, p }) => [a, p])).toEqual([
        ["pp", true],
        ["pf", true],
        ["fp", false],
        ["up", null],
      ]);
      expect(verdicts.every(({ isCut }) => isCut === true)).toBe(true);
      expect(verdicts[3]?.why).toBe("the judge cannot tell: theme why");
      expect(verdicts.map(({ e, w }) => [e?.length, w?.length])).toEqual([
        [120, 120],
        [undefined, undefined],
        [120, 120],
        [120, 120],
      ]);
    }
  });
});
