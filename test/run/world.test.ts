import { expect, test } from "vitest";
import { realWorld } from "../../src/run/world.ts";

test("a sleep never ends early on the world's own clock", async () => {
  const startMs = realWorld.now();
  await realWorld.sleep(5);
  expect(realWorld.now() - startMs).toBeGreaterThanOrEqual(5);
});

test("a sleep of months does not end at once", async () => {
  const controller = new AbortController();
  const slept = realWorld.sleep(2 ** 40, controller.signal).then(
    () => "slept",
    (reason: unknown) => reason,
  );
  await realWorld.sleep(20);
  controller.abort("stopped");
  expect(await slept).toBe("stopped");
});

test("a sleep with an aborted signal rejects with its reason", async () => {
  const reason = new Error("enough");
  await expect(realWorld.sleep(1000, AbortSignal.abort(reason))).rejects.toBe(reason);
  await expect(realWorld.sleep(0, AbortSignal.abort(reason))).rejects.toBe(reason);
});
