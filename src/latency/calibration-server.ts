// A server whose answers take a known time; its own lateness it tells. Runs as a process of its own and ends with its
// parent, whose end closes its input.
import { createServer, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { first: { type: "string" }, gap: { type: "string" }, pieces: { type: "string" } },
});
const firstMs = Number(values.first);
const gapMs = Number(values.gap);
const pieces = Number(values.pieces);

const server = createServer((request, response) => {
  // The whole question is here once its end is.
  request.resume().on("end", () => {
    const startMs = performance.now();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    sendAt(response, startMs, 0);
  });
});

/** Each piece tells how long after the question it was really sent, in milliseconds. */
function sendAt(response: ServerResponse, startMs: number, piece: number): void {
  const dueMs = startMs + firstMs + piece * gapMs;
  const leftMs = dueMs - performance.now();
  if (leftMs > 0) return void setTimeout(() => sendAt(response, startMs, piece), leftMs);
  const isLast = piece === pieces - 1;
  const content = `${(performance.now() - startMs).toFixed(3)} `;
  const choice = { index: 0, delta: { content }, finish_reason: isLast ? "stop" : null };
  response.write(`data: ${JSON.stringify({ choices: [choice] })}\n\n`);
  if (isLast) response.end("data: [DONE]\n\n");
  else sendAt(response, startMs, piece + 1);
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : ""}\n`);
});
process.stdin.resume().on("end", () => process.exit());
