import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PriceTable } from "../core/cost.ts";
import { packageRoot } from "./files.ts";

/** The published prices that this program brings. @throws Error where the table itself is wrong, which is a defect */
export function loadPrices(): PriceTable {
  return PriceTable.parse(JSON.parse(readFileSync(join(packageRoot, "prices", "models.json"), "utf8")));
}
