import { existsSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Case } from "../../src/core/case.ts";
import { type CaseLine, type Report } from "../../src/core/report.ts";
import { type Finished, jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";

const makeWorkspace = workspaces();

describe("the quickstart, with neither suite nor model given", () => {
  let finished: Finished;
  let report: Report;
  let lines: CaseLine[];
  let cases: Case[];
  let latest: { link: string; folder: string; hasHtml: boolean };

  // One run for all tests: what they look at is read before its folder goes.
  beforeAll(async () => {
    const workspace: Workspace = makeWorkspace();
    finished = await workspace.run(["--out", "runs"]);
    const folder = join(workspace.folder, "runs", "latest");
    ({ report, lines } = workspace.readRun());
    cases = jsonLines(join(folder, "dataset.jsonl")).map((line) => Case.parse(line));
    latest = {
      link: readlinkSync(folder),
      folder: realpathSync(folder),
      hasHtml: existsSync(join(folder, "report.html")),
    };
  });

  const reviewer = (id: string) => report.reviewers.find((one) => one.id === id)!;
  const valueOf = (id: string, metric: string) => reviewer(id).metrics[metric]?.value;

  test("exits 0, ungated", () => {
    expect(finished.code).toBe(0);
    expect(report.verdict).toMatchObject({ status: "ungated", exitCode: 0 });
  });

  test("writes a report of a whole run of the suite quickstart", () => {
    expect(report.run.isWhole).toBe(true);
    expect(report.suite.name).toBe("quickstart");
    expect(report.reviewers.map(({ id }) => id).sort()).toEqual([
      "ceiling:oracle",
      "ceiling:reference",
      "floor:lgtm",
      "floor:shotgun",
      "floor:silent",
      "static:",
    ]);
    expect(
      report.reviewers.every(
        ({ role, unscored, notApplicable = 0, hosts }) =>
          role === "company" && unscored === notApplicable && hosts.length === 0,
      ),
    ).toBe(true);
  });

  test("writes one line per reviewer and case, and the cases", () => {
    expect(cases).toHaveLength(report.dataset.cases);
    expect(lines).toHaveLength(cases.length * report.reviewers.length);
    expect(new Set(lines.map(({ reviewer: id, caseId }) => `${id} ${caseId}`)).size).toBe(lines.length);
  });

  test("writes the HTML report, and `latest` points at the run", () => {
    expect(latest.hasHtml).toBe(true);
    expect(latest.link).toBe(report.run.id);
    expect(latest.folder.endsWith(report.run.id)).toBe(true);
  });

  test("prints a table with every reviewer and where the report lies", () => {
    for (const { id } of report.reviewers) expect(finished.stdout).toContain(id);
    expect(finished.stdout).toContain("recall");
    expect(finished.stdout).toContain(join("runs", report.run.id, "report.html"));
  });

  test("prints progress on standard error only, a line per 10 %", () => {
    expect(finished.stdout).not.toContain(`${lines.length}/${lines.length}`);
    const progress = finished.stderr.trimEnd().split("\n");
    expect(progress).toHaveLength(10);
    expect(progress.at(-1)).toContain(`${lines.length}/${lines.length}`);
  });

  test("shows that the ceiling is perfect", () => {
    expect(valueOf("ceiling:oracle", "detection.recall")).toBe(1);
    expect(valueOf("ceiling:oracle", "detection.precision")).toBe(1);
    expect(valueOf("ceiling:oracle", "detection.false_alarm_rate")).toBe(0);
    expect(valueOf("ceiling:oracle", "detection.twin_discrimination")).toBe(1);
  });

  test("shows that silence has no precision rather than none", () => {
    expect(valueOf("floor:silent", "detection.precision")).toBeNull();
    expect(valueOf("floor:silent", "detection.recall")).toBe(0);
    expect(valueOf("floor:silent", "detection.false_alarm_rate")).toBe(0);
  });

  test("shows that flagging everything cries wolf on every clean change and tells no twins apart", () => {
    expect(valueOf("floor:shotgun", "detection.false_alarm_rate")).toBe(1);
    expect(valueOf("floor:shotgun", "detection.twin_discrimination")).toBe(0);
  });

  test("leaves out what the linters do not read, and says so", () => {
    const foreign = cases.filter(({ language }) => language === "go" || language === "rust").length;
    expect(foreign).toBeGreaterThan(0);
    expect(reviewer("static:").notApplicable).toBeGreaterThanOrEqual(foreign);
    const slice = reviewer("static:").slices.find(({ field, value }) => field === "language" && value === "go");
    expect(slice?.metrics["detection.recall"]?.value).toBeNull();
    expect(finished.stdout).toContain("it does not read the language of the change");
  });

  test("times only what can be timed", () => {
    expect(valueOf("floor:silent", "load.p50_ms")).toBeNull();
    expect(valueOf("static:", "load.p50_ms")).toBeGreaterThan(0);
  });
});
