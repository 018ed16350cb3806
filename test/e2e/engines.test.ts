import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findingsJsonSchema } from "../../src/core/findings-schema.ts";
import { askedCase, findsBugs, reviewOf, startReviewer } from "../fixtures/chat-reviewer.ts";
import { jsonLines, type Workspace, workspaces } from "../fixtures/command.ts";
import { dialects, fails, ollamaRoutes, says } from "../fixtures/dialects.ts";
import { type Behaviour, failsWith, startScriptedServer } from "../fixtures/scripted-server.ts";

const makeWorkspace = workspaces();
const ollama = dialects.find(({ kind }) => kind === "ollama")!;

function runTiny(workspace: Workspace, ...args: string[]) {
  return workspace.run(["tiny.yaml", "--out", "runs", ...args]);
}

/** An Ollama server with two quantisations of one model: the finer one finds the bugs, the coarser says nothing. */
function startTags() {
  const models = ["m:q4_K_M", "m:q2_K"].map((name) => ({ name, digest: `sha256:${name}` }));
  const show: Behaviour = (response, { body }) =>
    failsWith(200, { details: { quantization_level: String(body["model"]).slice(2) } })(response, { body } as never);
  const further = {
    ...ollamaRoutes(),
    "/api/tags": failsWith(200, { models }),
    "/api/ps": failsWith(200, { models: [] }),
  };
  const chat: Behaviour = (response, request) => {
    const text = request.body["model"] === "m:q4_K_M" ? reviewOf(askedCase(request)) : '{"findings": []}';
    says(ollama, [text], { counts: { prompt: 100, cached: 0, completion: 7 } })(response, request);
  };
  return startScriptedServer([chat], undefined, { chat: "/api/chat", further: { ...further, "/api/show": show } });
}

test("several quantisations of one model are rows of one report, each with its own facts and scores", async () => {
  const workspace = makeWorkspace();
  await using server = await startTags();
  const url = server.url.replace("/v1", "");
  const refs = ["m:q4_K_M", "m:q2_K"].map((name) => `ollama:${name}@${url}`);
  const { code, stderr } = await runTiny(workspace, ...refs.flatMap((ref) => ["--model", ref]));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { report } = workspace.readRun();
  const rows = report.reviewers.map(({ ref, model, effective, metrics }) => [
    ref,
    model,
    effective["digest"],
    effective["quantization"],
    metrics["detection.recall"]?.value,
  ]);
  expect(rows.toSorted()).toEqual([
    [refs[1], "m:q2_K", "sha256:m:q2_K", "q2_K", 0],
    [refs[0], "m:q4_K_M", "sha256:m:q4_K_M", "q4_K_M", 1],
  ]);
  expect(server.chats).toHaveLength(8);
});

test("a run of a model that was made anew under its name is not gone on with", async () => {
  const workspace = makeWorkspace();
  const digests = ["sha256:old", "sha256:new"];
  let opened = 0;
  const tags: Behaviour = (response, request) =>
    failsWith(200, { models: [{ name: "scripted:latest", digest: digests[opened] }] })(response, request);
  const further = { ...ollamaRoutes(), "/api/tags": tags };
  await using server = await startScriptedServer([fails(ollama, 500, "oops")], undefined, {
    chat: "/api/chat",
    further,
  });
  const ref = ollama.refOf(server);
  expect((await runTiny(workspace, "--model", ref, "--name", "first")).code).toBe(3);
  opened = 1;
  const { code, stderr } = await runTiny(workspace, "--model", ref, "--resume", "first");
  expect(code).toBe(2);
  expect(stderr).toMatch(/cannot be resumed: .*digest=sha256:old.*digest=sha256:new/);
});

describe("reviewer.structured", () => {
  const on = ["--set", "reviewer.structured=true"];

  test("holds the reviewer to the contract's schema, which the report says", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer();
    const model = ["--model", `openai:m@${server.url}`];
    expect((await runTiny(workspace, ...model, ...on)).code).toBe(0);
    const sent = server.chats.map(({ body }) => body["response_format"]);
    expect(sent[0]).toMatchObject({ type: "json_schema", json_schema: { schema: findingsJsonSchema() } });
    expect(workspace.readRun().report.reviewers[0]?.effective).toMatchObject({
      response_format: { type: "json_schema" },
    });
    expect((await runTiny(workspace, ...model)).code).toBe(0);
    expect(server.chats.slice(sent.length).every(({ body }) => !("response_format" in body))).toBe(true);
    expect(workspace.readRun().report.reviewers[0]?.effective).not.toHaveProperty("response_format");
  });

  test("is part of what was asked: a run without it is not gone on with under it", async () => {
    const workspace = makeWorkspace();
    await using server = await startReviewer({ two: failsWith(500, "oops") });
    const model = ["--model", `openai:m@${server.url}`];
    await runTiny(workspace, ...model, "--name", "first");
    const { code, stderr } = await runTiny(workspace, ...model, ...on, "--resume", "first");
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot be resumed: reviewer\.structured was none, now it is true/);
  });

  test("goes on without where the engine cannot, which the report says", async () => {
    const workspace = makeWorkspace();
    const cannot: Behaviour = (response, request) =>
      ("response_format" in request.body
        ? failsWith(400, { error: { message: "response_format is not supported" } })
        : findsBugs)(response, request);
    await using server = await startScriptedServer([cannot]);
    const { code } = await runTiny(workspace, "--model", `openai:m@${server.url}`, ...on);
    expect(code).toBe(0);
    expect(workspace.readRun().report.reviewers[0]?.effective).not.toHaveProperty("response_format");
  });

  test("has no schema for prose", async () => {
    const { code, stderr } = await runTiny(makeWorkspace(), ...on, "--set", "reviewer.contract=prose");
    expect(code).toBe(2);
    expect(stderr).toContain("reviewer.structured: expected false with contract: prose, which has no JSON schema");
  });
});

test("no key of any engine reaches a file or the terminal, also where a server repeats it", async () => {
  const key = "sk-test-0123456789abcdef";
  for (const dialect of dialects) {
    const workspace = makeWorkspace();
    await using server = await dialect.serve([
      says(dialect, [`your key is ${key}`]),
      fails(dialect, 500, `boom ${key}`),
    ]);
    const model = ["--model", dialect.refOf(server), "--set", "reviewer.concurrency=1"];
    const { stdout, stderr } = await workspace.run(["tiny.yaml", "--out", "runs", ...model], {
      [dialect.keyVariable]: key,
    });
    expect(JSON.stringify(server.chats.map(({ headers }) => headers))).toContain(key);
    const files = ["journal.jsonl", "report.json", "cases.jsonl"].map((name) =>
      workspace.read(join("runs/latest", name)),
    );
    expect([stdout, stderr, ...files].join("\n")).not.toContain(key);
    expect(files[0]).toContain("[key]");
    expect(jsonLines(join(workspace.folder, "runs/latest/journal.jsonl"))).toHaveLength(5);
  }
});
