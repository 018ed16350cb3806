import { quote } from "../../../io/shell-word.ts";

/** The values that vLLM takes for --max-lora-rank. */
const ranks = [1, 8, 16, 32, 64, 128, 256, 320, 512];
const usualRank = 16;

/** What vLLM must be told for adapters of this rank, its own default where that is not known; null above its limit. */
export function maxRankFor(rank: number | null): number | null {
  return ranks.find((one) => one >= (rank ?? usualRank)) ?? null;
}

/** The largest rank that vLLM takes. */
export const highestRank = ranks.at(-1);

/** The variable without which vLLM takes adapters only when it is started. */
export const runtimeLora = "VLLM_ALLOW_RUNTIME_LORA_UPDATING";

/** How vLLM is told of a base, and of its revision where an adapter names one. */
export function baseWords(base: string, revision: string | null): string[] {
  return ["serve", base, ...(revision === null ? [] : ["--revision", revision])];
}

/**
 * The line that starts a vLLM server which takes adapters of this rank.
 * @param base null where it is not known: then it says BASE
 */
export function vllmLine(base: string | null, rank: number | null, port: string, revision: string | null): string {
  const words = [
    ...baseWords(base ?? "BASE", revision),
    "--enable-lora",
    "--max-lora-rank",
    String(maxRankFor(rank) ?? highestRank),
  ];
  return `${runtimeLora}=True ${lineOf("vllm", [...words, ...portWords(port, "8000")])}`;
}

/** The line that starts a vLLM server for a whole model. */
export function vllmModelLine(folder: string, port: string): string {
  return lineOf("vllm", ["serve", folder, ...portWords(port, "8000")]);
}

/** The line that starts a llama-server with an adapter. */
export function llamaLine(base: string, adapter: string, port: string): string {
  return lineOf("llama-server", ["-m", base, "--lora", adapter, ...portWords(port, "8080")]);
}

/** Only a port that is not the usual one has to be said. */
function portWords(port: string, usual: string): string[] {
  return port === "" || port === usual ? [] : ["--port", port];
}

/** A command as a POSIX shell reads it back. */
export function lineOf(program: string, args: readonly string[]): string {
  return [program, ...args].map(quote).join(" ");
}
