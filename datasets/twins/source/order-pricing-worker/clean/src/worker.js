import { setTimeout as sleep } from "node:timers/promises";
import { LEASE_SECONDS } from "./queue.js";

const HEARTBEAT_MS = (LEASE_SECONDS * 1000) / 3;
const MAX_ATTEMPTS = 5;
const FIRST_DELAY_SECONDS = 15;

export function createWorker({ queue, handlers, log, idleMs = 1000 }) {
  let stopping = false;

  /** Runs the handler of a job and extends the lease for as long as that takes. */
  async function handle(job) {
    let extending = Promise.resolve();
    const heartbeat = setInterval(() => {
      extending = queue.extend(job).catch((error) => log.warn({ job: job.id, err: error }, "lease not extended"));
    }, HEARTBEAT_MS);
    try {
      await handlers[job.type](job.payload);
    } finally {
      clearInterval(heartbeat);
      await extending;
    }
  }

  async function setBack(job, error) {
    if (job.attempts >= MAX_ATTEMPTS) {
      log.error({ job: job.id, type: job.type, err: error }, "job failed too often");
      await queue.bury(job, error.message);
    } else {
      log.warn({ job: job.id, type: job.type, err: error }, "job failed, will be tried again");
      await queue.release(job, error.message, FIRST_DELAY_SECONDS * 2 ** (job.attempts - 1));
    }
  }

  /** Does one job; false when there is none. */
  async function step() {
    const job = await queue.take();
    if (!job) return false;
    try {
      await handle(job);
    } catch (error) {
      await setBack(job, error);
      return true;
    }
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
