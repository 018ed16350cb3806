import assert from "node:assert/strict";
import { priceOrder } from "./src/handlers/price-order.js";

const order = { centsPerWord: 10, documents: ["a", "b", "c"].map((key) => ({ key, pages: 2 })) };
const words = { a: 100, b: 200, c: 300 };
let price = null;
const orders = {
  find: async () => order,
  setPrice: async (id, set) => {
    price = set;
  },
};

await priceOrder({ orders, countWords: async (key) => words[key] })({ orderId: 7 });

assert.deepEqual(price, { words: 600, pages: 6, cents: 6000 });
