import { readFileSync, statSync } from "node:fs";
import { UsageError } from "../core/errors.ts";
import { byteText } from "../core/format.ts";
import { reading } from "../io/readable.ts";
import { displayPath } from "./suite.ts";

/** More than any configuration, list of tensors or log of a training has. */
const mostBytes = 1 << 26;

/** Reads a JSON file of a model as text. @throws UsageError for what cannot be read, or is too large to be one */
export function readModelText(path: string): string {
  const place = displayPath(path);
  return reading(place, () => {
    const found = statSync(path);
    if (!found.isFile()) throw new UsageError(`${place}: is no file (copy it there)`);
    const { size } = found;
    if (size > mostBytes)
      throw new UsageError(
        `${place}: has ${byteText(size)}, more than the ${byteText(mostBytes)} of any such file (copy or save it again)`,
      );
    return readFileSync(path, "utf8");
  });
}
