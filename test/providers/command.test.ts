import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { calm, makeCase, openProvider, requestFor } from "./fixture.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nitbench-command-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** The command that runs a script of Node, which works in every shell. */
async function script(name: string, code: string): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, code);
  return `command:"${process.execPath}" "${file}"`;
}

async function run(ref: string, settings: { timeoutMs?: number } = {}, signal = calm) {
  const provider = await openProvider(ref, settings);
  return provider.generate(requestFor(makeCase({ title: "Add ü" })), signal);
}

interface Pair {
  ref: string;
  /** How many processes have shown that they live. */
  count: () => Promise<number>;
  /** Whether any of them still shows it. */
  isBeating: () => Promise<boolean>;
}

/** A script that starts a child of its own; both wait for ever and write their process ids again and again. */
async function parentAndChild(name: string, onTerm: string): Promise<Pair> {
  const notes = join(folder, `${name}.beats`);
  const beat = `import { appendFileSync } from "node:fs";
    process.on("SIGTERM", () => ${onTerm});
    setInterval(() => appendFileSync(${JSON.stringify(notes)}, process.pid + "\\n"), 10);`;
  const child = join(folder, `${name}-child.mjs`);
  await writeFile(child, beat);
  await writeFile(notes, "");
  const ref = await script(
    name,
    `import { spawn } from "node:child_process"; ${beat}
    spawn(process.execPath, [${JSON.stringify(child)}], { stdio: "inherit" });`,
  );
  const read = () => readFile(notes, "utf8");
  return {
    ref,
    count: async () => new Set((await read()).split("\n").filter((line) => line !== "")).size,
    isBeating: async () => {
      await delay(100);
      const before = await read();
      await delay(200);
      return (await read()) !== before;
    },
  };
}

describe("command", () => {
  test("gets the blind case and its prompt as JSON on stdin and answers on stdout", async () => {
    const echo = await script("echo", "process.stdin.pipe(process.stdout);");
    const { text, outcome } = await run(echo);
    const { prompt, ...blind } = JSON.parse(text);
    expect(outcome).toBe("completed");
    expect(prompt).toBe("Review this.");
    expect(blind).toEqual(requestFor(makeCase({ title: "Add ü" })).case);
  });

  test("runs the line through the shell", async () => {
    expect((await run("command:echo one&& echo two")).text.split(/\r?\n/)).toEqual(["one", "two", ""]);
  });

  test("need not read its input", async () => {
    expect((await run(await script("deaf", "process.stdout.write('done');"))).text).toBe("done");
  });

  test("gets the environment of the world that it was made in", async () => {
    const ref = await script("env", "process.stdout.write(process.env.HOUSE_RULES ?? 'none');");
    const provider = await openProvider(ref, {}, { env: { ...process.env, HOUSE_RULES: "be kind" } });
    expect((await provider.generate(requestFor(makeCase({})), calm)).text).toBe("be kind");
  });

  test("invalid UTF-8 is replaced", async () => {
    const ref = await script("bytes", "process.stdout.write(Buffer.from([0x61, 0xff, 0xc3, 0xbc]));");
    expect((await run(ref)).text).toBe("a\ufffdü");
  });

  test("tells when its first and last output came", async () => {
    const answer = await run(await script("timed", "process.stdout.write('x');"));
    expect(answer.firstChunkMs).toBeGreaterThan(0);
    expect(answer.lastChunkMs).toBeGreaterThanOrEqual(answer.firstChunkMs ?? Infinity);
  });

  test("another exit code than 0 is an error with the first words of stderr, without colours, not tried again", async () => {
    const ref = await script(
      "fails",
      String.raw`process.stderr.write("\n\u001b[31mno such model\u001b[0m\nmore\n"); process.exitCode = 3;`,
    );
    await expect(run(ref)).rejects.toMatchObject({
      message: expect.stringMatching(/ended with exit code 3: no such model$/),
      isRetryable: false,
    });
  });

  test.skipIf(process.platform === "win32")("a command that does not exist is named as not found", async () => {
    await expect(run("command:no-such-command-here")).rejects.toMatchObject({
      message: expect.stringContaining('command "no-such-command-here" was not found (exit 127)'),
      isRetryable: false,
    });
  });

  describe.skipIf(process.platform === "win32")("is looked for before anything is asked", () => {
    const probe = async (line: string, env: NodeJS.ProcessEnv = process.env) =>
      (await openProvider(`command:${line}`, {}, { env })).probe?.(calm);

    test.each([
      ["no-such-command-here --fast", "no-such-command-here"],
      ["./no-such.sh | cat", "./no-such.sh"],
      ['"./no such.sh" --fast', "./no such.sh"],
      ["A=1 B='x y' no-such-command-here", "no-such-command-here"],
      ["no-such-command-here;true", "no-such-command-here"],
    ])("and missed: %s", async (line, program) => {
      await expect(probe(line)).rejects.toMatchObject({
        name: "ProviderError",
        message: `there is no program "${program}" (check the name, or write the path of the program)`,
      });
    });

    test.each([
      `"${process.execPath}" review.mjs`,
      "cat",
      "cd /tmp && cat",
      "if true; then cat; fi",
      "A=1 cat",
      "$REVIEWER --fast",
      "(no-such-command-here)",
      "~/no-such.sh",
    ])("and found, or not to be told from the line: %s", async (line) => {
      await expect(probe(line)).resolves.toBeUndefined();
    });

    test("on the path of the world that it was made in", async () => {
      await expect(probe("cat", { PATH: "/nowhere" })).rejects.toThrow('there is no program "cat"');
    });
  });

  test("output above 32 MB is cut, the command stopped and the outcome truncated", async () => {
    const ref = await script("endless", "const more = () => process.stdout.write('x'.repeat(1 << 20), more); more();");
    const { text, outcome } = await run(ref);
    expect([text.length, outcome]).toEqual([32 * 1024 * 1024, "truncated"]);
  });

  test.skipIf(process.platform === "win32")(
    "a time-out stops it with its children and may be tried again",
    async () => {
      const { ref, count, isBeating } = await parentAndChild("slow", "process.exit()");
      await expect(run(ref, { timeoutMs: 3000 })).rejects.toMatchObject({
        message: expect.stringContaining("was stopped after 3000 ms"),
        isRetryable: true,
      });
      expect(await count()).toBe(2);
      expect(await isBeating()).toBe(false);
    },
  );

  test.skipIf(process.platform === "win32")(
    "an abort stops even a group that ignores SIGTERM, and throws the signal's reason",
    async () => {
      const { ref, count, isBeating } = await parentAndChild("stubborn", "undefined");
      const controller = new AbortController();
      const reason = new Error("interrupted");
      const running = expect(run(ref, {}, controller.signal)).rejects.toBe(reason);
      await vi.waitFor(async () => expect(await count()).toBe(2), { timeout: 8000 });
      controller.abort(reason);
      await running;
      expect(await isBeating()).toBe(false);
    },
    15_000,
  );

  test("is not started when the signal is aborted already", async () => {
    const reason = new Error("interrupted");
    const mark = join(folder, "mark");
    const ref = await script(
      "marks",
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(mark)}, "");`,
    );
    await expect(run(ref, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(readFile(mark)).rejects.toThrow("ENOENT");
  });
});

describe("the identity of a command", () => {
  const identityOf = async (line: string, env = process.env) =>
    (await openProvider(`command:${line}`, {}, { env })).identity;

  async function write(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  }

  test.each(["no-such-command --fast | cat", `say ${"x".repeat(5000)}`])(
    "is its line where that names no file",
    async (line) => {
      expect(await identityOf(line)).toBe(`command ${line}`);
    },
  );

  test("does not change with what it writes", async () => {
    const file = await write("errors.log", "");
    for (const to of ["2>>", "> ", ">| ", "&> "]) {
      const line = `no-such-command ${to}"${file}"`;
      expect(await identityOf(line)).toBe(`command ${line}`);
    }
  });

  test.each<[string, (file: string) => string]>([
    ["as a word", (file) => `node ${file} --fast`],
    ["alone", (file) => file],
    ["in double quotes", (file) => `node "${file}"`],
    ["in single quotes", (file) => `node '${file}'`],
    ["with its blanks escaped", (file) => `node ${file.replaceAll(" ", "\\ ")}`],
    ["as the value of an option", (file) => `review --rules=${file}`],
    ["in a pipe", (file) => `cat|${file}>/dev/null`],
    ["below the home folder", (file) => file.replace(folder, "~")],
  ])("changes with the content of a file that the line names %s", async (how, line) => {
    const name = /quotes|escaped/.test(how) ? "my review.sh" : "review.sh";
    const file = await write(name, "echo one");
    const env = { ...process.env, HOME: folder };
    const before = await identityOf(line(file), env);
    expect(before).toMatch(/^command .* \(\S.* sha256:[0-9a-f]{64}\)$/);
    expect(await identityOf(line(file), env)).toBe(before);
    await write(name, "echo two");
    expect(await identityOf(line(file), env)).not.toBe(before);
  });

  test("tells every file once, in the order of the line", async () => {
    const [one, two] = [await write("one.txt", "1"), await write("two.txt", "2")];
    const identity = await identityOf(`cat ${two} ${one} ${two}`);
    expect(identity.replaceAll(/sha256:\w+/g, "#")).toBe(`command cat ${two} ${one} ${two} (${two} #, ${one} #)`);
  });

  test("of a file above 32 MB has its size alone, and of a folder or a pipe nothing", async () => {
    const file = await write("weights.bin", new Uint8Array(32 * 1024 * 1024 + 1));
    expect(await identityOf(`run ${file}`)).toBe(`command run ${file} (${file} of 33554433 bytes)`);
    expect(await identityOf(`run ${folder} /dev/null`)).toBe(`command run ${folder} /dev/null`);
  });
});
