import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { streamReaders } from "../../../src/core/latency/streams/index.ts";
import { stampedLines } from "../../../src/core/latency/streams/lines.ts";
import type { HeardStream, StampedBytes } from "../../../src/core/latency/streams/stream.ts";

const encoder = new TextEncoder();

/** Chunks of a body that the socket had at 1, 2, 3, … ms. */
function bodyOf(...texts: string[]): StampedBytes[] {
  return texts.map((text, index) => ({ atMs: index + 1, bytes: encoder.encode(text) }));
}

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (fields: object, more: object = {}) => event({ choices: [{ index: 0, delta: fields, ...more }] });
const said = ({ pieces }: HeardStream) => pieces.map(({ atMs, text }) => [atMs, text]);

describe("streamed chat completions", () => {
  const { chat } = streamReaders;

  test("give each piece with the reading of the bytes that completed it", () => {
    const heard = chat(
      bodyOf(
        delta({ role: "assistant", content: "" }),
        delta({ content: "a" }) + delta({ content: "b" }),
        "data: [DONE]\n\n",
      ),
    );
    expect(said(heard)).toEqual([
      [2, "a"],
      [2, "b"],
    ]);
    expect(heard.error).toBeNull();
  });

  test("give an event that came in two chunks the reading of the second", () => {
    const whole = delta({ content: "late" }, { finish_reason: "stop" });
    expect(said(chat(bodyOf(whole.slice(0, 20), whole.slice(20))))).toEqual([[2, "late"]]);
  });

  test.each(["reasoning_content", "reasoning"])("tell reasoning in %s from content", (field) => {
    const { pieces } = chat(
      bodyOf(delta({ [field]: "hm" }), delta({ content: "x" }), delta({}, { finish_reason: "stop" })),
    );
    expect(pieces.map(({ isReasoning }) => isReasoning)).toEqual([true, false]);
  });

  test("take the counts of tokens from wherever they come, and null for those that are left out", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } };
    const end = delta({}, { finish_reason: "length" });
    const heard = chat(bodyOf(delta({ content: "x" }), end, event({ choices: [], usage })));
    expect(heard.usage).toEqual({ promptTokens: 10, completionTokens: 3, cachedTokens: 4 });
    expect(heard.finishReason).toBe("length");
    expect(chat(bodyOf(delta({ content: "x" }), end)).usage.completionTokens).toBeNull();
  });

  test("take what llama-server measures itself, and reasoning that is only counted", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 6 } };
    const timings = { cache_n: 4, prompt_n: 6, prompt_ms: 12.5, predicted_n: 9, predicted_ms: 90 };
    const heard = chat(
      bodyOf(delta({ content: "x" }), delta({}, { finish_reason: "stop" }), event({ choices: [], usage, timings })),
    );
    expect(heard.serverTiming).toEqual({ totalMs: null, loadMs: null, promptMs: 12.5, generationMs: 90 });
    expect(heard.usage).toEqual({ promptTokens: 10, completionTokens: 9, cachedTokens: 4, reasoningTokens: 6 });
  });

  test("may have an event in several lines of data, which is there with the last of them", () => {
    const lines = 'data: {"choices":\ndata:[{"delta":{"content":"a"},\n: a comment\n';
    expect(said(chat(bodyOf(lines, 'data: "finish_reason":"stop"}]}\n', "\ndata: [DONE]")))).toEqual([[2, "a"]]);
  });

  test("that end without a finish reason were cut", () => {
    expect(chat(bodyOf(delta({ content: "x" }))).error).toContain("cut");
    expect(chat([]).error).toContain("cut");
    expect(chat(bodyOf(delta({ content: "x" }), 'data: {"choi')).error).toContain("cut");
  });

  test("give the server's own words where it breaks off", () => {
    expect(chat(bodyOf(delta({ content: "x" }), event({ error: { message: "out of memory" } }))).error).toBe(
      "out of memory",
    );
  });

  test("that are no JSON are garbled", () => {
    expect(chat(bodyOf("data: {oops}\n\n")).error).toContain("garbled");
    expect(chat(bodyOf("<html>hello</html>")).error).toContain("garbled");
  });

  test("may come whole from a server that does not stream, once the last byte is there", () => {
    const text = JSON.stringify({ choices: [{ message: { content: "LGTM" }, finish_reason: "stop" }] });
    expect(said(chat(bodyOf(text.slice(0, 9), text.slice(9))))).toEqual([[2, "LGTM"]]);
  });

  test("may hold comments, names of events and bare carriage returns", () => {
    const lines = `: ping\r\nevent: x\r\n${delta({ content: "a" }, { finish_reason: "stop" }).replaceAll("\n", "\r\n")}`;
    expect(said(chat(bodyOf(lines)))).toEqual([[1, "a"]]);
  });
});

describe("streamed messages of Anthropic", () => {
  const { messages } = streamReaders;
  const start = event({
    type: "message_start",
    message: { usage: { input_tokens: 5, cache_read_input_tokens: 20, output_tokens: 1 } },
  });
  const stop = event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } });
  const text = (words: string) => event({ type: "content_block_delta", delta: { type: "text_delta", text: words } });

  test("tell thinking from text, and count what was read from the cache as prompt", () => {
    const thinking = event({ type: "content_block_delta", delta: { type: "thinking_delta", thinking: "hm" } });
    const heard = messages(bodyOf(start, thinking, text("a"), stop));
    expect(heard.pieces.map(({ atMs, isReasoning }) => [atMs, isReasoning])).toEqual([
      [2, true],
      [3, false],
    ]);
    expect(heard.usage).toEqual({ promptTokens: 25, completionTokens: 7, cachedTokens: 20 });
    expect(heard).toMatchObject({ finishReason: "end_turn", error: null });
  });

  test("say what is wrong: the server's words, that they were cut, or that they are none", () => {
    expect(messages(bodyOf(start, event({ type: "error", error: { message: "Overloaded" } }))).error).toBe(
      "Overloaded",
    );
    expect(messages(bodyOf(start, text("a"))).error).toContain("cut");
    expect(messages(bodyOf("hello")).error).toContain("garbled");
    expect(messages([]).error).toContain("cut");
  });
});

describe("streamed chats of Ollama", () => {
  const { ollama } = streamReaders;
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;

  test("tell thinking from content, durations in nanoseconds, and loading apart", () => {
    const done = {
      message: { content: "" },
      done: true,
      done_reason: "stop",
      prompt_eval_count: 9,
      eval_count: 2,
      total_duration: 3e9,
      load_duration: 1.5e9,
      prompt_eval_duration: 1e6,
      eval_duration: 2e6,
    };
    const heard = ollama(
      bodyOf(line({ message: { thinking: "hm", content: "" } }), line({ message: { content: "a" } }), line(done)),
    );
    expect(heard.pieces.map(({ atMs, text, isReasoning }) => [atMs, text, isReasoning])).toEqual([
      [1, "hm", true],
      [2, "a", false],
    ]);
    expect(heard.serverTiming).toEqual({ totalMs: 3000, loadMs: 1500, promptMs: 1, generationMs: 2 });
    expect(heard).toMatchObject({ error: null, finishReason: "stop", usage: { promptTokens: 9, completionTokens: 2 } });
  });

  test("say what is wrong: the server's words, that they were cut, or that they are none", () => {
    expect(ollama(bodyOf(line({ error: "model runner has stopped" }))).error).toBe("model runner has stopped");
    expect(ollama(bodyOf(line({ message: { content: "a" } }))).error).toContain("cut");
    expect(ollama(bodyOf('{"message":{"con')).error).toContain("cut");
    expect(ollama(bodyOf("oops\n")).error).toContain("garbled");
  });
});

describe("a whole body", () => {
  test("is one piece, there once its last byte is", () => {
    const { whole } = streamReaders;
    expect(said(whole(bodyOf('{"review": {"find', 'ings": []}}')))).toEqual([[2, '{"findings":[]}']]);
    expect(said(whole(bodyOf('{"review": "Looks good."}')))).toEqual([[1, "Looks good."]]);
    expect(said(whole(bodyOf("plain ", "words")))).toEqual([[2, "plain words"]]);
    expect(said(whole(bodyOf("  \n")))).toEqual([]);
  });
});

describe("lines", () => {
  test("are the same however the network cuts the bytes, each with the reading of its end", () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "😀", " ", "{"), maxLength: 6 }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(words, fc.array(fc.nat(60), { maxLength: 12 }), (lines, cuts) => {
        const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(""));
        const edges = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
          (a, b) => a - b,
        );
        const body = edges.slice(1).map((end, index) => ({ atMs: end, bytes: bytes.slice(edges[index], end) }));
        const found = [...stampedLines(body)];
        expect(found.map(({ text }) => text)).toEqual(lines);
        let length = 0;
        for (const { atMs, text } of found) {
          length += encoder.encode(text).length + 1;
          expect(atMs).toBe(edges.find((edge) => edge >= length));
        }
      }),
    );
  });
});

test("no reader throws, whatever bytes come", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(["chat", "messages", "ollama", "whole"] as const)),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
      (shape, chunks) => {
        const heard = streamReaders[shape](chunks.map((bytes, atMs) => ({ atMs, bytes })));
        expect(heard.pieces.every(({ text }) => text !== "")).toBe(true);
      },
    ),
  );
});
