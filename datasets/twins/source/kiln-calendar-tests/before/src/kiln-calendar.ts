import { randomUUID } from "node:crypto";

const HOUR = 3_600_000;

export type Refusal = "overlap" | "too-hot" | "started" | "unknown";

export class FiringRefused extends Error {
  readonly code: Refusal;

  constructor(code: Refusal, message: string) {
    super(message);
    this.name = "FiringRefused";
    this.code = code;
  }
}

export interface Kiln {
  name: string;
  maxPeak: number;
  coolingHours: number;
}

export interface Firing {
  id: string;
  kiln: string;
  potter: string;
  startsAt: Date;
  hours: number;
  peak: number;
}

export interface FiringStore {
  ofKiln(kiln: string): Promise<Firing[]>;
  find(id: string): Promise<Firing | undefined>;
  add(firing: Firing): Promise<void>;
  replace(firing: Firing): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Who fires when. A kiln is taken from the start of a firing until it has cooled down. */
export class KilnCalendar {
  readonly #kilns: Map<string, Kiln>;
  readonly #store: FiringStore;
  readonly #now: () => Date;

  constructor(kilns: Kiln[], store: FiringStore, now: () => Date = () => new Date()) {
    this.#kilns = new Map(kilns.map((kiln) => [kiln.name, kiln]));
    this.#store = store;
    this.#now = now;
  }

  async book(wish: Omit<Firing, "id">): Promise<Firing> {
    const firing = { ...wish, id: randomUUID() };
    await this.#requireFree(firing);
    await this.#store.add(firing);
    return firing;
  }

  async move(id: string, startsAt: Date): Promise<Firing> {
    const moved = { ...(await this.#notStarted(id)), startsAt };
    await this.#requireFree(moved);
    await this.#store.replace(moved);
    return moved;
  }

  async cancel(id: string): Promise<void> {
    const { id: known } = await this.#notStarted(id);
    await this.#store.remove(known);
  }

  async #notStarted(id: string): Promise<Firing> {
    const firing = await this.#store.find(id);
    if (firing === undefined) throw new FiringRefused("unknown", `no firing ${id}`);
    if (firing.startsAt <= this.#now()) throw new FiringRefused("started", `firing ${id} has started`);
    return firing;
  }

  async #requireFree(firing: Firing): Promise<void> {
    const kiln = this.#kilns.get(firing.kiln);
    if (kiln === undefined) throw new FiringRefused("unknown", `no kiln ${firing.kiln}`);
    if (firing.peak > kiln.maxPeak) throw new FiringRefused("too-hot", `${kiln.name} stands ${kiln.maxPeak} degrees`);
    const end = (one: Firing) => one.startsAt.getTime() + (one.hours + kiln.coolingHours) * HOUR;
    const others = (await this.#store.ofKiln(kiln.name)).filter((other) => other.id !== firing.id);
    const isTaken = others.some(
      (other) => other.startsAt.getTime() < end(firing) && firing.startsAt.getTime() < end(other),
    );
    if (isTaken) throw new FiringRefused("overlap", `${kiln.name} is taken at ${firing.startsAt.toISOString()}`);
  }
}
