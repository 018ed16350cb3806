import type { ServerProcess } from "./process.ts";

/** A server that somebody uses. */
export interface HeldServer {
  server: ServerProcess;
  /** Gives it back. It goes on running, for the next who wants the same. */
  release(): void;
  /** Gives it back and ends it where nobody else uses it, as after a failure. */
  drop(): Promise<void>;
}

/** Servers that were started, each shared by all who want the same. */
export interface ServerPool {
  /** @param key what it serves, and how: the same key is the same server */
  take(key: string, start: () => Promise<ServerProcess>): Promise<HeldServer>;
  /** Ends all of them. */
  close(): Promise<void>;
}

interface Entry {
  users: number;
  starting: Promise<ServerProcess>;
}

/**
 * A pool in which a server runs on until it stands in another's way: before a further one is started, those that nobody
 * uses are ended, since two large models seldom have room beside each other.
 */
export function openServerPool(): ServerPool {
  const entries = new Map<string, Entry>();

  async function end(key: string, entry: Entry): Promise<void> {
    if (entries.get(key) === entry) entries.delete(key);
    await (await entry.starting.catch(() => null))?.stop();
  }

  async function endUnused(): Promise<void> {
    for (const [key, entry] of entries) if (entry.users === 0) await end(key, entry);
  }

  async function findRunning(key: string): Promise<Entry | null> {
    const entry = entries.get(key);
    if (entry === undefined) return null;
    const server = await entry.starting.catch(() => null);
    if (server?.whyEnded() === null) return entry;
    await end(key, entry);
    return null;
  }

  async function begin(key: string, start: () => Promise<ServerProcess>): Promise<Entry> {
    await endUnused();
    const entry = { users: 0, starting: start() };
    // Whoever takes it hears of a failure; nobody may be there yet.
    entry.starting.catch(() => entries.delete(key));
    entries.set(key, entry);
    return entry;
  }

  return {
    async take(key, start) {
      const entry = (await findRunning(key)) ?? (await begin(key, start));
      entry.users += 1;
      let isHeld = true;
      const release = () => {
        if (isHeld) entry.users -= 1;
        isHeld = false;
      };
      try {
        const server = await entry.starting;
        const drop = async () => {
          release();
          if (entry.users === 0) await end(key, entry);
        };
        return { server, release, drop };
      } catch (error) {
        release();
        throw error;
      }
    },
    async close() {
      await Promise.all([...entries].map(([key, entry]) => end(key, entry)));
    },
  };
}
