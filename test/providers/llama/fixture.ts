import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { GenerationRequest, Provider, ProviderAnswer } from "../../../src/core/provider.ts";
import { type LlamaOptions, openLlama } from "../../../src/providers/llama/llama.ts";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { writeTinyLora, writeTinyModel } from "../../fixtures/tiny-gguf.ts";
import { calm } from "../fixture.ts";

/** Opens providers of the tiny models that lie in `folder` while the tests of a file run, and closes them after each. */
export function tinyModels() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "nitbench-llama-"));
  const opened: Provider[] = [];
  const file = (name: string) => join(folder, name);
  beforeAll(async () => {
    await writeTinyModel(file("tiny.gguf"));
    await writeTinyLora(file("trained.gguf"), { isTrained: true });
    await writeTinyLora(file("untrained.gguf"), { isTrained: false });
  });
  afterEach(async () => {
    for (const provider of opened.splice(0)) await provider.close?.();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @param model and adapters as file names */
  async function open(
    model = "tiny.gguf",
    adapters: readonly string[] = [],
    more: Partial<LlamaOptions> = {},
  ): Promise<Provider> {
    const provider = await openLlama({
      ref: `./${model}`,
      model: file(model),
      loras: adapters.map((name) => ({ path: file(name) })),
      threads: 1,
      world: { now: () => performance.now(), env: {} },
      ...more,
    });
    opened.push(provider);
    return provider;
  }
  return { file, open };
}

export interface Asked extends Partial<GenerationRequest["parameters"]> {
  schema?: Record<string, unknown>;
  signal?: AbortSignal;
}

export function ask(
  provider: Provider,
  prompt: string,
  { schema, signal = calm, ...parameters }: Asked = {},
): Promise<ProviderAnswer> {
  const request: GenerationRequest = {
    caseId: "case-1",
    case: { diff: "", language: "python" },
    part: 0,
    repeat: 0,
    prompt,
    parameters: { maxTokens: 40, temperature: 0, seed: 1, ...parameters },
    ...(schema === undefined ? {} : { schema }),
  };
  return provider.generate(request, signal);
}
