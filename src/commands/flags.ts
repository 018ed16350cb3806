import { InvalidArgumentError } from "commander";

/** Gathers the values of a flag that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** Reads a whole number from 0 on. @throws InvalidArgumentError */
export function whole(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number without a sign, got "${text}"`);
  if (!Number.isSafeInteger(number))
    throw new InvalidArgumentError(`expected a whole number up to ${Number.MAX_SAFE_INTEGER}, got "${text}"`);
  return number;
}

/** Reads a whole number from 1 on. @throws InvalidArgumentError */
export function positive(text: string): number {
  const number = whole(text);
  if (number < 1) throw new InvalidArgumentError(`expected at least 1, got ${text}`);
  return number;
}
