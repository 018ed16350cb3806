import { expect, test } from "vitest";
import { loadPrices } from "../../src/load/prices.ts";

const { models } = loadPrices();

test("no model of a host has two prices", () => {
  const names = models.flatMap(({ host, models: ids }) => ids.map((id) => `${host} ${id}`));
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});

test("cached input is cheaper than other input, and output dearer", () => {
  for (const { inputPerMTok, cachedInputPerMTok = 0, outputPerMTok } of models) {
    expect(cachedInputPerMTok).toBeLessThan(inputPerMTok);
    expect(outputPerMTok).toBeGreaterThan(inputPerMTok);
  }
});
