// Preloaded: answers every request after 50 ms without any network, so that what is timed is the program alone.
import { setTimeout as sleep } from "node:timers/promises";

const answer = JSON.stringify({
  review: {
    findings: [{ file: "src/module.ts", lines: [15, 15], message: "total is read off undefined when items is short" }],
  },
});
globalThis.fetch = async (_url, options) => {
  if (options?.method === "POST") await sleep(50);
  return new Response(answer, { headers: { "content-type": "application/json" } });
};
