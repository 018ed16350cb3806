import assert from "node:assert/strict";
import { quoter } from "./src/fares/quote.ts";
import { cachedQuoter } from "./src/fares/quote-cache.ts";

const tariff = { personCents: 4000, vehicleCents: 9000, includedMetres: 5, extraMetreCents: 800, shares: { child: 0.5 } };
const quote = cachedQuoter(quoter({ on: async () => tariff }));
const crossing = { crossing: "HAV-SUND", day: "2026-07-01", travellers: 1 };

assert.equal((await quote({ ...crossing, passenger: "adult" })).cents, 4000);
assert.equal((await quote({ ...crossing, passenger: "child" })).cents, 2000);
