import { describe, expect, test } from "vitest";
import { tellingLine } from "../../../src/providers/engines/server/log.ts";

describe("the line of a log that says why a server ended", () => {
  test.each([
    {
      of: "vLLM without memory",
      log: [
        "INFO 11-20 12:00:00 [model.py:10] Loading weights",
        "(EngineCore_0 pid=7) ERROR 11-20 12:00:01,123 [core.py:700] Traceback (most recent call last):",
        '(EngineCore_0 pid=7) ERROR 11-20 12:00:01,123 [core.py:700]   File "/lib/torch/nn/module.py", line 3, in error',
        "(EngineCore_0 pid=7) ERROR 11-20 12:00:01,123 [core.py:700] torch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB",
        "(APIServer pid=1) Traceback (most recent call last):",
        "(APIServer pid=1)     raise RuntimeError(",
        "(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}",
        "[W] resource_tracker: There appear to be 1 leaked semaphore objects",
      ],
      line: "torch.OutOfMemoryError: CUDA out of memory. Tried 2 GiB",
    },
    {
      of: "vLLM with a word that it does not know",
      log: ["usage: vllm serve [model_tag] [options]", "vllm: error: unrecognized arguments: --max-lora-rnk 8"],
      line: "vllm: error: unrecognized arguments: --max-lora-rnk 8",
    },
    {
      of: "llama.cpp with an adapter of another base, in colour",
      log: [
        "0.00.012.345 I srv    load_model: loading model '/base.gguf'",
        "\u001b[31m0.00.112.345 E llama_adapter_lora_init: failed to apply lora adapter: model arch and LoRA arch mismatch\u001b[0m",
        "0.00.112.400 E common_init_from_params: failed to load lora adapter '/x.gguf'",
        "0.00.112.500 E srv    load_model: failed to load model, '/base.gguf'",
        "0.00.112.600 E srv  llama_server: exiting due to model loading error",
      ],
      line: "llama_adapter_lora_init: failed to apply lora adapter: model arch and LoRA arch mismatch",
    },
    {
      of: "llama-server with an adapter of another width, as it says it after that",
      log: [
        "0.00.008.493 E llama_adapter_lora_init_from_file_ptr: failed to apply lora adapter: tensor 'blk.0.attn_q.weight' has incorrect shape (hint: maybe wrong base model?)",
        "0.00.008.521 E cmn  common_init_: failed to load lora adapter '/foreign.gguf'",
        "0.00.008.522 E cmn  common_init_: failed to create context with model '/base.gguf'",
        "0.00.008.524 E srv    load_model: failed to create_context with model '/base.gguf'",
        "0.00.016.863 E srv  llama_server: exiting due to model loading error",
      ],
      line: "llama_adapter_lora_init_from_file_ptr: failed to apply lora adapter: tensor 'blk.0.attn_q.weight' has incorrect shape (hint: maybe wrong base model?)",
    },
    {
      of: "a server that says no more than that",
      log: ["failed to load model, '/base.gguf'"],
      line: "failed to load model, '/base.gguf'",
    },
    { of: "a server that complains of nothing", log: ["starting", "bye", ""], line: "bye" },
    { of: "a server that says nothing", log: [], line: "" },
  ])("of $of", ({ log, line }) => {
    expect(tellingLine(log.join("\r\n"))).toBe(line);
  });

  test("is cut where it is very long", () => {
    expect(tellingLine(`error: ${"x".repeat(5000)}`)).toHaveLength(301);
  });
});
