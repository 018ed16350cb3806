import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IncompleteError } from "../../src/core/errors.ts";
import { type JudgeLine, judgeKey, openJudgeLog } from "../../src/run/judge-log.ts";
import { hardText } from "../fixtures/asking.ts";
import { temporaryFolders } from "../fixtures/temporary.ts";

const makeFolder = temporaryFolders();
const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: null };
const answerOf = (key: string, text = `says ${key}`): Omit<JudgeLine, "v"> => ({
  key,
  nonce: "nonce123",
  text,
  usage,
  durationMs: 12,
});
const fileOf = (folder: string) => join(folder, "judge.jsonl");

describe("the log of a judge", () => {
  test("has an answer at once and after it is opened again", () => {
    const folder = makeFolder();
    const log = openJudgeLog(folder);
    expect(log.find("a")).toBeUndefined();
    log.keep(answerOf("a"));
    log.keep(answerOf("b"));
    expect(log.find("a")).toEqual({ v: 1, ...answerOf("a") });
    expect(openJudgeLog(folder).find("b")).toEqual({ v: 1, ...answerOf("b") });
  });

  test("leaves no file where nothing was answered", () => {
    const folder = makeFolder();
    openJudgeLog(folder);
    expect(existsSync(fileOf(folder))).toBe(false);
  });

  test("gives back any text as it was", () => {
    const folder = makeFolder();
    fc.assert(
      fc.property(hardText, (text) => {
        openJudgeLog(folder).keep(answerOf("k", text));
        expect(openJudgeLog(folder).find("k")?.text).toBe(text);
      }),
      { numRuns: 50 },
    );
  });

  test("passes over a torn last line and writes the next answer on a line of its own", () => {
    const folder = makeFolder();
    openJudgeLog(folder).keep(answerOf("a"));
    appendFileSync(fileOf(folder), JSON.stringify({ v: 1, ...answerOf("torn") }).slice(0, 40));
    const log = openJudgeLog(folder);
    expect(log.find("torn")).toBeUndefined();
    log.keep(answerOf("b"));
    log.keep(answerOf("c"));
    const again = openJudgeLog(folder);
    expect(["a", "b", "c"].map((key) => again.find(key)?.text)).toEqual(["says a", "says b", "says c"]);
  });

  test("takes a whole answer without its line break for torn, and asks for it again", () => {
    const folder = makeFolder();
    writeFileSync(fileOf(folder), JSON.stringify({ v: 1, ...answerOf("a") }));
    const log = openJudgeLog(folder);
    expect(log.find("a")).toBeUndefined();
    log.keep(answerOf("a", "again"));
    expect(openJudgeLog(folder).find("a")?.text).toBe("again");
  });

  test.each(["not JSON", "null", "{}", '{"v":2,"key":"a"}', JSON.stringify({ v: 1, ...answerOf("a"), more: 1 })])(
    "does not take %s for an answer",
    (line) => {
      const folder = makeFolder();
      writeFileSync(fileOf(folder), `${line}\n${JSON.stringify({ v: 1, ...answerOf("b") })}\n`);
      const log = openJudgeLog(folder);
      expect([log.find("a"), log.find("b")?.text]).toEqual([undefined, "says b"]);
    },
  );

  test("goes by the last answer to a question that has two", () => {
    const folder = makeFolder();
    const log = openJudgeLog(folder);
    log.keep(answerOf("a", "first"));
    log.keep(answerOf("a", "second"));
    expect(openJudgeLog(folder).find("a")?.text).toBe("second");
  });

  test("that cannot be written makes the run incomplete and says why", () => {
    const folder = makeFolder();
    mkdirSync(fileOf(folder));
    const keep = () => openJudgeLog(folder).keep(answerOf("a"));
    expect(keep).toThrow(IncompleteError);
    expect(keep).toThrow(/judge\.jsonl: cannot write \(EISDIR[^)]*\); free the disk, then go on with --resume$/);
  });

  test.skipIf(!existsSync("/dev/full"))("on a full disk makes the run incomplete and says why", () => {
    const folder = makeFolder();
    symlinkSync("/dev/full", fileOf(folder));
    expect(() => openJudgeLog(folder).keep(answerOf("a"))).toThrow(/cannot write \(ENOSPC/);
  });

  test("has one line a JSON object an answer", () => {
    const folder = makeFolder();
    const log = openJudgeLog(folder);
    log.keep(answerOf("a", "two\nlines"));
    expect(JSON.parse(readFileSync(fileOf(folder), "utf8"))).toEqual({ v: 1, ...answerOf("a", "two\nlines") });
  });
});

describe("the key of an answer", () => {
  const call = { prompt: "Judge: <<<DIFF abcdef12\n+x\nabcdef12 DIFF>>>", nonce: "abcdef12", run: 0 };
  const parameters = { maxTokens: 64, temperature: 0, seed: 1 };
  const key = judgeKey("judge one", call, parameters);

  test("is the same with another nonce", () => {
    const other = { ...call, prompt: call.prompt.replaceAll("abcdef12", "99999999"), nonce: "99999999" };
    expect(judgeKey("judge one", other, parameters)).toBe(key);
  });

  test.each([
    ["another judge", "judge two", call, parameters],
    ["another text", "judge one", { ...call, prompt: call.prompt.replace("+x", "+y") }, parameters],
    ["another run", "judge one", { ...call, run: 1 }, parameters],
    ["more tokens", "judge one", call, { ...parameters, maxTokens: 65 }],
    ["another temperature", "judge one", call, { ...parameters, temperature: 0.5 }],
    ["another seed", "judge one", call, { ...parameters, seed: 2 }],
  ])("differs for %s", (_, identity, asked, sent) => {
    expect(judgeKey(identity, asked, sent)).not.toBe(key);
  });
});
