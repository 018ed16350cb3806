/** Work that may be under way beside the rest: a judge takes its time while further generations arrive. */
export interface Queue {
  /** Begins the work and waits while there is no room for more. Rejects with what earlier work failed with. */
  add(work: () => Promise<void>): Promise<void>;
  /** Waits for all that is under way. Rejects with what earlier work failed with, as soon as any has. */
  drain(): Promise<void>;
  /** Waits for all that is under way, whatever becomes of it. */
  settle(): Promise<void>;
}

/**
 * A queue for so much work at once, `room`, at least 1. With room for one it hands the work through: each `add` is that
 * work itself.
 */
export function openQueue(room: number): Queue {
  const underWay = new Set<Promise<void>>();
  const failed = Promise.withResolvers<void>();
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    failed.resolve();
  };
  const throwFirst = () => {
    if (failures.length > 0) throw failures[0];
  };
  const settle = async () => void (await Promise.all(underWay));
  if (room === 1) return { add: (work) => work(), drain: settle, settle };
  return {
    async add(work) {
      throwFirst();
      const done: Promise<void> = work()
        .catch(fail)
        .finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= room) await Promise.race([...underWay, failed.promise]);
      throwFirst();
    },
    async drain() {
      await Promise.race([settle(), failed.promise]);
      throwFirst();
    },
    settle,
  };
}
