import { describe, expect, test } from "vitest";
import { openQueue } from "../../src/run/queue.ts";

/** Works that end when they are told to. */
function works() {
  const begun: number[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  return {
    begun,
    ends,
    make: (index: number) => () => {
      begun.push(index);
      const end = Promise.withResolvers<void>();
      ends[index] = end;
      return end.promise;
    },
  };
}

/** Whether a promise is over, seen after everything that is due has happened. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  const over = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([over, new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

describe("a queue with room for several", () => {
  test("begins work at once and lets the caller go on while there is room", async () => {
    const { begun, make } = works();
    const queue = openQueue(3);
    await queue.add(make(0));
    await queue.add(make(1));
    expect(begun).toEqual([0, 1]);
  });

  test("holds the caller back once it is full, until any of its work is done", async () => {
    const { begun, ends, make } = works();
    const queue = openQueue(2);
    await queue.add(make(0));
    const second = queue.add(make(1));
    expect(await isOver(second)).toBe(false);
    ends[1]?.resolve();
    expect(await isOver(second)).toBe(true);
    const third = queue.add(make(2));
    expect(begun).toEqual([0, 1, 2]);
    expect(await isOver(third)).toBe(false);
    ends[0]?.resolve();
    expect(await isOver(third)).toBe(true);
  });

  test("drains when the last work is done", async () => {
    const { ends, make } = works();
    const queue = openQueue(3);
    await queue.add(make(0));
    await queue.add(make(1));
    const drained = queue.drain();
    ends[0]?.resolve();
    expect(await isOver(drained)).toBe(false);
    ends[1]?.resolve();
    await drained;
  });

  test("tells the first failure to whoever comes next, and begins nothing more", async () => {
    const { begun, ends, make } = works();
    const queue = openQueue(3);
    await queue.add(make(0));
    await queue.add(make(1));
    ends[1]?.reject(new Error("first"));
    await isOver(queue.settle());
    ends[0]?.reject(new Error("second"));
    await expect(queue.add(make(2))).rejects.toThrow("first");
    await expect(queue.drain()).rejects.toThrow("first");
    expect(begun).toEqual([0, 1]);
  });

  test("does not wait for other work to tell a failure, neither to add nor to drain", async () => {
    const { ends, make } = works();
    const full = openQueue(2);
    await full.add(make(0));
    const waiting = full.add(make(1));
    const drained = full.drain();
    const told = Promise.allSettled([waiting, drained]);
    ends[1]?.reject(new Error("the disk is full"));
    expect((await told).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await isOver(full.settle())).toBe(false);
    ends[0]?.resolve();
    expect(await isOver(full.settle())).toBe(true);
  });
});

describe("a queue with room for one", () => {
  test("hands work through: the caller gets the very promise of its work", () => {
    const queue = openQueue(1);
    const work = Promise.resolve();
    expect(queue.add(() => work)).toBe(work);
  });

  test("lets a failure go to its caller alone and is usable afterwards", async () => {
    const queue = openQueue(1);
    await expect(queue.add(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await queue.add(() => Promise.resolve());
    await queue.drain();
  });
});
