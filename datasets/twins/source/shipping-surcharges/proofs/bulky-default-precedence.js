import assert from "node:assert/strict";
import { quoteShipping } from "./src/shipping/quote.js";

const quotes = quoteShipping([{ product: { grams: 800, longestSideCm: 30 }, quantity: 1 }], { postcode: "10115" });
const locker = quotes.find(({ carrierId }) => carrierId === "lockerline");

assert.equal(locker.surchargeCents, 0);
assert.equal(locker.totalCents, 320 + 90);
assert.equal(quotes[0], locker);
