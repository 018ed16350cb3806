import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { askedCase, reviewOf, startReviewer } from "../fixtures/chat-reviewer.ts";
import { filesBelow, type Finished, type Workspace, workspaces } from "../fixtures/command.ts";
import { failsWith, says, startScriptedServer } from "../fixtures/scripted-server.ts";

const makeWorkspace = workspaces();
const key = "sk-very-secret-0123456789";

/** Where the key can be found after a run: the terminal and every file, the raw journal among them. */
function leaks(workspace: Workspace, { stdout, stderr }: Finished): string[] {
  const texts = [
    { path: "standard output", text: stdout },
    { path: "standard error", text: stderr },
    ...filesBelow(workspace.folder).map(({ path, bytes }) => ({ path, text: bytes.toString("utf8") })),
  ];
  return texts.filter(({ text }) => text.includes(key)).map(({ path }) => path);
}

describe("a key of an OpenAI-compatible server", () => {
  const echoes = {
    one: says(`src/one.py:2 Your key is ${key}, and the index fails on an empty list.`),
    two: failsWith(400, { error: { message: `Incorrect API key provided: ${key}.` } }),
    "two.clean": failsWith(500, `upstream said: Authorization: Bearer ${key}`),
  };

  test.each([
    ["from OPENAI_API_KEY", { OPENAI_API_KEY: key }, []],
    [
      "from the variable that the suite names",
      { MY_KEY: key, OPENAI_API_KEY: "sk-other" },
      ["--set", "reviewer.keyVariable=MY_KEY"],
    ],
  ])("is sent as Bearer and appears nowhere, though the server repeats it: %s", async (_, env, args) => {
    const workspace = makeWorkspace();
    await using server = await startReviewer(echoes);
    const finished = await workspace.run(
      ["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, ...args],
      env,
    );
    expect(server.chats).toHaveLength(4);
    expect(new Set(server.requests.map(({ headers }) => headers["authorization"]))).toEqual(new Set([`Bearer ${key}`]));
    expect(
      workspace
        .readRun()
        .report.reviewers[0]?.errors.map(({ message }) => message)
        .join(),
    ).toContain("Incorrect API key provided: [key]");
    expect(workspace.readRun().lines.find(({ caseId }) => caseId === "one")?.text).toContain("Your key is [key]");
    expect(leaks(workspace, finished)).toEqual([]);
  });

  test("that the server refuses is told by its variable's name", async () => {
    const workspace = makeWorkspace();
    const refusing = failsWith(401, { error: { message: `bad key ${key}` } });
    await using server = await startScriptedServer([refusing], refusing);
    const finished = await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`], {
      OPENAI_API_KEY: key,
    });
    expect(finished.code).toBe(3);
    expect(finished.stderr).toMatch(/refused the key \(401\) \(check OPENAI_API_KEY\)\n$/);
    expect(leaks(workspace, finished)).toEqual([]);
    expect(server.chats).toEqual([]);
  });

  test("goes to the measured reviewer only, never to company", async () => {
    await using company = await startReviewer();
    const workspace = makeWorkspace({ suite: { company: [`openai:other@${company.url}`] } });
    await using server = await startReviewer();
    const settings = ["--set", "reviewer.keyVariable=MY_KEY"];
    expect(
      (
        await workspace.run(["tiny.yaml", "--out", "runs", "--model", `openai:m@${server.url}`, ...settings], {
          MY_KEY: key,
        })
      ).code,
    ).toBe(0);
    expect(company.chats).toHaveLength(4);
    expect(company.requests.filter(({ headers }) => headers["authorization"]?.includes(key))).toEqual([]);
  });
});

describe("a key of a reviewer with an address of its own", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    }
  });

  async function serve(answer: (id: string, response: ServerResponse) => void) {
    const seen: (string | undefined)[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      seen.push(request.headers["authorization"]);
      void request.toArray().then((chunks) => {
        const body = Buffer.concat(chunks as Buffer[]).toString("utf8");
        if (body === "") return response.end();
        return answer(askedCase({ method: "POST", path: "/review", headers: {}, body: { messages: body } }), response);
      });
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/review`, seen };
  }

  test("is sent as Bearer and appears nowhere, though the server repeats it", async () => {
    const workspace = makeWorkspace();
    const { url, seen } = await serve((id, response) => {
      if (id === "one")
        return response.end(JSON.stringify({ review: `src/one.py:2 Your key is ${key}, and the index fails.` }));
      if (id === "two") return response.writeHead(500).end(`got Bearer ${key}`);
      if (id === "two.clean") return response.writeHead(302, { location: `/?key=${key}` }).end();
      return response.end(JSON.stringify({ review: JSON.parse(reviewOf(id)) }));
    });
    const finished = await workspace.run(
      ["tiny.yaml", "--out", "runs", "--model", url, "--set", "reviewer.keyVariable=MY_KEY"],
      { MY_KEY: key },
    );
    expect(finished.code).toBe(3);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set([`Bearer ${key}`]));
    expect(leaks(workspace, finished)).toEqual([]);
  });
});

describe("a URL that carries a key", () => {
  test.each([
    ["as a model", ["--model", "openai:m@http://user:hunter2@127.0.0.1:9/v1"]],
    ["as a model with a slash in it", ["--model", "openai:m@http://user:hunter2/abc@127.0.0.1:9/v1"]],
    ["in a model's query", ["--model", "openai:m@http://127.0.0.1:9/v1?api_key=hunter2"]],
    ["as a reviewer's own address", ["--model", "http://user:hunter2@127.0.0.1:9/review"]],
    ["in the query of a reviewer's own address", ["--model", "http://127.0.0.1:9/review?token=hunter2"]],
    ["as a base URL", ["--model", "openai:m", "--set", "reviewer.baseUrl=http://user:hunter2@127.0.0.1:9/v1"]],
    ["in a base URL's query", ["--model", "openai:m", "--set", "reviewer.baseUrl=http://127.0.0.1:9/v1?key=hunter2"]],
  ])("is refused and not repeated: %s", async (_, args) => {
    const workspace = makeWorkspace();
    const { code, stdout, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain("must not carry a key");
    expect(stdout + stderr).not.toContain("hunter2");
    expect(workspace.runs()).toEqual([]);
  });

  test("is not kept in the line that repeats a run", async () => {
    const workspace = makeWorkspace();
    const odd = "reviewers=[openai:m@http://user:hunter2@127.0.0.1:9/v1?key=hunter2]";
    const args = ["tiny.yaml", "--out", "runs", "--model", "floor:lgtm", "--set", odd, "--set", "reviewers=[]"];
    const finished = await workspace.run(args);
    expect(finished.code).toBe(0);
    const texts = filesBelow(workspace.folder).map(({ bytes }) => bytes.toString("utf8"));
    expect([finished.stdout, finished.stderr, ...texts].filter((text) => text.includes("hunter2"))).toEqual([]);
  });
});

test("no code goes to OpenAI where the scheme of an address was forgotten", async () => {
  const workspace = makeWorkspace();
  const args = ["tiny.yaml", "--out", "runs", "--model", "openai:m@127.0.0.1:8123/v1"];
  const { code, stderr } = await workspace.run(args, { OPENAI_API_KEY: key });
  expect(code).toBe(2);
  expect(stderr).toContain('"127.0.0.1:8123/v1" has no scheme (write openai:m@http://127.0.0.1:8123/v1)');
});
