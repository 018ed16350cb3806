import { setTimeout as sleep } from "node:timers/promises";

export function createWorker({ queue, handlers, log, idleMs = 1000 }) {
  let stopping = false;

  /** Does one job; false when there is none. */
  async function step() {
    const job = await queue.take();
    if (!job) return false;
    await handlers[job.type](job.payload);
    await queue.complete(job);
    log.info({ job: job.id, type: job.type }, "job done");
    return true;
  }

  async function run() {
    while (!stopping) {
      if (!(await step())) await sleep(idleMs);
    }
  }

  return {
    step,
    run,
    stop() {
      stopping = true;
    },
  };
}
