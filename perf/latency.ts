// What a client itself adds to times: a raw node:http loop, this project's transport and the openai SDK take turns on one
// server whose first piece comes after a known time. Figures are for reading, never asserted.
// Run with: node perf/latency.ts [--in-flight 1,16,64] [--model MODEL.gguf]; NITBENCH_LLAMA_THREADS=1 on a busy machine.
import { Agent, request } from "node:http";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import OpenAI from "openai";
import { quantile } from "../src/core/stats/quantile.ts";
import { startOwnServer } from "../src/latency/calibrate.ts";
import { openLine } from "../src/latency/exchange.ts";
import { streamReaders } from "../src/core/latency/streams/index.ts";
import { openLlama } from "../src/providers/llama/llama.ts";

/** A known time to the first piece, then a stream as an engine sends it. */
const script = { firstMs: 100, gapMs: 10, pieces: 30 };
const rounds = 12;
const never = new AbortController().signal;
const { values: given } = parseArgs({
  options: { "in-flight": { type: "string", default: "1,16,64" }, model: { type: "string" } },
});
const levels = given["in-flight"].split(",").filter(Boolean).map(Number);

/** One request: the time to its first piece, and the server's own word on when that was sent, in milliseconds. */
interface Sent {
  firstMs: number;
  trueMs: number;
}
type Send = () => Promise<Sent>;

await using server = await startOwnServer(script);
const body = Buffer.from(
  JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "x".repeat(4096) }] }),
);

const line = openLine(60_000, () => performance.now());
const own: Send = async () => {
  const exchange = await line.send(
    { url: new URL(server.url), headers: { "content-type": "application/json" }, body },
    never,
  );
  const [first] = streamReaders.chat(exchange.body).pieces;
  return { firstMs: (first?.atMs ?? NaN) - exchange.dispatchedMs, trueMs: Number(first?.text) };
};

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const raw: Send = () =>
  new Promise((resolve, reject) => {
    const startMs = performance.now();
    const headers = { "content-type": "application/json", "content-length": body.length };
    const outgoing = request(server.url, { method: "POST", agent, headers }, (response) => {
      let firstMs = NaN;
      let text = "";
      response.on("data", (chunk: Buffer) => {
        if (Number.isNaN(firstMs)) firstMs = performance.now() - startMs;
        if (text.length < 200) text += chunk.toString();
      });
      response.on("end", () => resolve({ firstMs, trueMs: Number(/"content":"([\d.]+) "/.exec(text)?.[1]) }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });

const client = new OpenAI({ apiKey: "none", baseURL: server.url, maxRetries: 0 });
const sdk: Send = async () => {
  const startMs = performance.now();
  let sent: Sent | null = null;
  const stream = await client.chat.completions.create({
    model: "m",
    stream: true,
    messages: [{ role: "user", content: "x".repeat(4096) }],
  });
  for await (const chunk of stream) {
    const content = chunk.choices[0]?.delta.content ?? "";
    sent ??= { firstMs: performance.now() - startMs, trueMs: Number(content) };
  }
  return sent ?? { firstMs: NaN, trueMs: NaN };
};

const clients: [name: string, send: Send][] = [
  ["node:http, nothing else", raw],
  ["this transport", own],
  ["openai SDK", sdk],
];

/** So many in flight, each slot several times in a row. */
async function burst(send: Send, inFlight: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const slot = async () => {
    for (let time = 0; time < Math.max(2, Math.ceil(12 / inFlight)); time += 1) sent.push(await send());
  };
  await Promise.all(Array.from({ length: inFlight }, slot));
  return sent;
}

const shown = (values: number[]) => {
  const sorted = Float64Array.from(values).sort();
  return [0.5, 0.95].map((p) => (quantile(sorted, p) ?? NaN).toFixed(1)).join(" / ");
};

const load = () => loadavg()[0]?.toFixed(1) ?? "?";
process.stdout.write(
  `${availableParallelism()} x ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, load ${load()} at the start\n\n`,
);
process.stdout.write(
  "| in flight | client | requests | time to the first piece, p50 / p95 ms | added by the client, p50 / p95 ms |\n",
);
process.stdout.write("| --- | --- | --- | --- | --- |\n");
const beyondBare: string[] = [];
for (const inFlight of levels) {
  const all = new Map<string, Sent[]>(clients.map(([name]) => [name, []]));
  for (const [, send] of clients) await burst(send, inFlight);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? clients : clients.toReversed();
    for (const [name, send] of order) all.get(name)?.push(...(await burst(send, inFlight)));
  }
  const [bare, ours] = clients.map(([name]) =>
    Float64Array.from((all.get(name) ?? []).map(({ firstMs }) => firstMs)).sort(),
  );
  const beyond = [0.5, 0.95].map((p) => {
    const share = (quantile(ours ?? [], p) ?? NaN) / (quantile(bare ?? [], p) ?? NaN) - 1;
    return `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %`;
  });
  beyondBare.push(`${inFlight} in flight: ${beyond.join(" at p50, ")} at p95`);
  for (const [name, sent] of all) {
    const added = sent.map(({ firstMs, trueMs }) => firstMs - trueMs);
    process.stdout.write(
      `| ${inFlight} | ${name} | ${sent.length} | ${shown(sent.map(({ firstMs }) => firstMs))} | ${shown(added)} |\n`,
    );
  }
}
line.close();
agent.destroy();
process.stdout.write(
  `\nThis transport against node:http alone: ${beyondBare.join("; ")}. Load ${load()} at the end.\n`,
);

const { model } = given;
if (model !== undefined) {
  const provider = await openLlama({
    ref: `llama:${model}`,
    model,
    world: { now: () => performance.now(), env: process.env },
  });
  const times: { firstMs: number; wholeMs: number }[] = [];
  for (let time = 0; time < 24; time += 1) {
    const startMs = performance.now();
    const asked = {
      caseId: "perf",
      case: { diff: "", language: "" },
      part: 0,
      repeat: 0,
      prompt: `Review change ${time}.`,
    };
    const answer = await provider.generate({ ...asked, parameters: { maxTokens: 64, temperature: 0, seed: 1 } }, never);
    if (time > 3) times.push({ firstMs: (answer.firstChunkMs ?? NaN) - startMs, wholeMs: performance.now() - startMs });
  }
  await provider.close?.();
  process.stdout.write(
    `\nembedded engine, in process, 64 tokens: first piece ${shown(times.map(({ firstMs }) => firstMs))} ms, whole answer ${shown(times.map(({ wholeMs }) => wholeMs))} ms (p50 / p95 of ${times.length})\n`,
  );
}
