import { describe, expect, test } from "vitest";
import { parseAdapterConfig } from "../../src/core/adapter/config.ts";
import { serveAdapter, serveGguf, serveGgufAdapter, serveModel, type ServingOption } from "../../src/doctor/serving.ts";
import { adapterConfig } from "../fixtures/peft.ts";

const names = { model: "./adapter", name: "nitbench-0123456789ab", program: "pnpm bench" };

function serve(fields: Record<string, unknown> = {}, ranks: readonly number[] = [16]) {
  const options = serveAdapter(parseAdapterConfig(JSON.stringify(adapterConfig(fields)), "c"), ranks, names);
  return Object.fromEntries(options.map((option) => [option.engine, option])) as Record<string, ServingOption>;
}

describe("a PEFT adapter", () => {
  test("is served by vLLM by a line that can be typed", () => {
    expect(serve()["vllm"]).toEqual({
      engine: "vllm",
      refusal: null,
      needs: null,
      lines: [
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True vllm serve Qwen/Qwen2.5-Coder-0.5B --enable-lora --max-lora-rank 16",
        "pnpm bench --model ./adapter",
      ],
    });
  });

  test.each([
    [[1], 1],
    [[2], 8],
    [[8], 8],
    [[4, 20], 32],
    [[257], 320],
    [[512], 512],
  ])("of ranks %j needs --max-lora-rank %i", (ranks, wanted) => {
    expect(serve({}, ranks)["vllm"]?.lines[0]).toMatch(new RegExp(`--max-lora-rank ${wanted}$`));
  });

  test.each([
    [{ use_dora: true }, [16], "it refuses DoRA"],
    [{ modules_to_save: ["lm_head"] }, [16], "it refuses modules_to_save"],
    [{ bias: "all" }, [16], "it leaves trained biases out"],
    [{ trainable_token_indices: [3] }, [16], "it does not know trained tokens (trainable_token_indices)"],
    [{}, [513], "it takes ranks up to 512 only"],
  ])("with %j and ranks %j is refused by vLLM", (fields, ranks, refusal) => {
    expect(serve(fields, ranks)["vllm"]).toEqual({ engine: "vllm", refusal, needs: null, lines: [] });
  });

  test("whose base is not named needs its name, and the revision where there is one", () => {
    const { vllm } = serve({ base_model_name_or_path: null, revision: "v2 x" });
    expect(vllm?.needs).toBe("the id or the path of its base in place of BASE");
    expect(vllm?.lines[0]).toContain("vllm serve BASE --revision 'v2 x' --enable-lora");
  });

  test.each([
    ["embedded", "llama"],
    ["llama-server", "llama-server"],
    ["ollama", "ollama"],
  ])("is put on its base by %s", (shown, engine) => {
    const { needs, lines } = serve()[shown] as ServingOption;
    expect(needs).toBe("its base as a GGUF file");
    expect(lines.at(-1)).toBe(
      `pnpm bench --model ./adapter --set reviewer.engine=${engine} --set reviewer.base=./Qwen2.5-Coder-0.5B.gguf`,
    );
  });

  test.each([{ bias: "all" }, { target_parameters: ["mlp.experts.up_proj"] }, { init_lora_weights: "pissa" }])(
    "with %j, for which GGUF has no place, is refused by the engines that need it as GGUF",
    (fields) => {
      const [setting] = Object.keys(fields);
      for (const engine of ["embedded", "llama-server", "ollama"])
        expect(serve(fields)[engine]?.refusal).toMatch(new RegExp(`^${setting} .*\\(.*\\)$`));
    },
  );

  test("is put on the file of its base where one is named", () => {
    const options = serveAdapter(parseAdapterConfig(JSON.stringify(adapterConfig()), "c"), [4], {
      ...names,
      baseFile: "./my base.gguf",
    });
    expect(options[1]).toEqual({
      engine: "embedded",
      refusal: null,
      needs: null,
      lines: ["pnpm bench --model ./adapter --set reviewer.engine=llama --set reviewer.base='./my base.gguf'"],
    });
  });

  test("with DoRA is served by no engine", () => {
    expect(Object.values(serve({ use_dora: true })).map(({ refusal }) => refusal === null)).toEqual(
      Array(4).fill(false),
    );
  });
});

test("a whole model of the Hub is pinned to its commit", () => {
  const [vllm] = serveModel({ ...names, model: "acme/reviewer", name: "reviewer" }, "c0ffee");
  expect(vllm?.lines).toEqual([
    "vllm serve acme/reviewer --revision c0ffee --served-model-name reviewer",
    "pnpm bench --model vllm:reviewer",
  ]);
});

test("a whole model in a folder is measured as it is, by what vLLM or Ollama make of it", () => {
  const options = serveModel({ ...names, model: "./my model", name: "my-model" }, null);
  expect(options.filter(({ needs }) => needs === null).map(({ engine, lines }) => [engine, ...lines])).toEqual([
    ["vllm", "vllm serve './my model'", "pnpm bench --model './my model'"],
    ["ollama", "ollama serve", "pnpm bench --model './my model' --set reviewer.engine=ollama"],
  ]);
});

test("a GGUF model runs here without more", () => {
  const [embedded] = serveGguf({ ...names, model: "./my model.gguf" });
  expect(embedded).toEqual({
    engine: "embedded",
    refusal: null,
    needs: null,
    lines: ["pnpm bench --model './my model.gguf'"],
  });
});

test("a GGUF adapter is not for vLLM", () => {
  const refused = serveGgufAdapter(names).filter(({ refusal }) => refusal !== null);
  expect(refused.map(({ engine }) => engine)).toEqual(["vllm"]);
});
