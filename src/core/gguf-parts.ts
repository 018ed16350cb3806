/**
 * The files that a GGUF model lies in, the first one first: itself, or all that `llama-gguf-split` made of it, which it
 * names NAME-00001-of-00003.gguf and so on. Whether they are there is not looked at.
 */
export function partsOf(file: string): [first: string, ...rest: string[]] {
  const [, start, count] = /^(.*-)\d{5}-of-(\d{5})\.gguf$/s.exec(file) ?? [];
  if (start === undefined || count === undefined || Number(count) === 0) return [file];
  const nth = (number: number) => `${start}${String(number).padStart(5, "0")}-of-${count}.gguf`;
  return [nth(1), ...Array.from({ length: Number(count) - 1 }, (_, index) => nth(index + 2))];
}
