import { z } from "zod";

const level = (description: string, one: z.ZodType<number>) =>
  z.union([one, z.array(one).min(1)]).meta({ description });

/** How latency is measured, after the quality run and apart from it. */
export const LatencySettings = z.strictObject({
  mode: z.enum(["closed", "sweep", "open"]).default("closed").meta({
    description:
      "closed: as many requests in flight as concurrency says; sweep: the same at several levels; open: requests arrive at a rate, whether earlier ones are answered or not",
  }),
  concurrency: level("Requests in flight; in a sweep a list of levels", z.int().min(1).max(1024)).default(1),
  rate: level("Requests a second, of mode open; a list measures each", z.number().positive().max(10_000)).optional(),
  arrivals: z
    .enum(["poisson", "constant"])
    .default("poisson")
    .meta({ description: "How requests arrive, of mode open: at random like people, or one by one" }),
  requests: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: "Requests to each reviewer at each level; 200 unless durationS says when to end" }),
  durationS: z
    .number()
    .positive()
    .max(86_400)
    .optional()
    .meta({ description: "Seconds for each reviewer at each level, where they come before the requests" }),
  warmup: z
    .int()
    .min(0)
    .max(10_000)
    .default(5)
    .meta({ description: "Requests before each level that do not count, about a change outside the set" }),
  timeoutMs: z
    .int()
    .min(1)
    .optional()
    .meta({ description: "Limit of one request, which a miss counts as; that of the reviewer unless told" }),
  objectiveMs: z
    .number()
    .positive()
    .optional()
    .meta({ description: "What a whole answer should take: the share that keeps it is told, and how many a second" }),
  cache: z.enum(["cold", "warm"]).default("cold").meta({
    description: "cold: no request may use what a server kept of another, so each begins with a word of its own",
  }),
  sizes: z
    .enum(["as-is", "even"])
    .default("as-is")
    .meta({ description: "even: as many requests of each class of diff size as of any other" }),
});
export type LatencySettings = z.infer<typeof LatencySettings>;

const usualRequests = 200;

/** One level of load: so many requests in flight, or so many a second. */
export type Level =
  | { mode: "closed"; concurrency: number }
  | { mode: "open"; rate: number; arrivals: LatencySettings["arrivals"] };

/** The levels that are measured, in the order in which the suite has them. The first one is what metrics tell. */
export function levelsOf({ mode, concurrency, rate, arrivals }: LatencySettings): Level[] {
  if (mode !== "open") return [concurrency].flat().map((one) => ({ mode: "closed", concurrency: one }));
  return [rate ?? []].flat().map((one) => ({ mode: "open", rate: one, arrivals }));
}

/** A level in words, such as `8 in flight` or `2.5 a second`. */
export function describeLevel(one: Level): string {
  return one.mode === "closed" ? `${one.concurrency} in flight` : `${one.rate} a second`;
}

/** What ends a level for each reviewer: so many requests or so many milliseconds, whichever comes first. */
export function limitsOf({ requests, durationS }: LatencySettings): { requests: number; durationMs: number } {
  return {
    requests: requests ?? (durationS === undefined ? usualRequests : Number.POSITIVE_INFINITY),
    durationMs: durationS === undefined ? Number.POSITIVE_INFINITY : durationS * 1000,
  };
}

/** Settings that contradict each other, each at its field. */
export function checkLatencySettings(settings: LatencySettings): { path: string[]; message: string }[] {
  const { mode, concurrency, rate } = settings;
  const mistakes: { path: string[]; message: string }[] = [];
  const levels = [concurrency].flat();
  if (mode === "sweep" && levels.length < 2)
    mistakes.push({ path: ["concurrency"], message: `expected several levels, got ${levels[0]} (write [1, 4, 16])` });
  if (mode === "closed" && levels.length > 1)
    mistakes.push({ path: ["concurrency"], message: "expected one level, got several (write mode: sweep)" });
  if (mode === "open" && rate === undefined)
    mistakes.push({ path: ["rate"], message: "expected requests a second, got none (write rate: 2)" });
  if (mode !== "open" && rate !== undefined)
    mistakes.push({ path: ["rate"], message: `belongs to mode: open, got ${mode} (write mode: open, or remove it)` });
  for (const [name, values] of [
    ["concurrency", levels],
    ["rate", [rate ?? []].flat()],
  ] as const) {
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined)
      mistakes.push({ path: [name], message: `${twice} is listed twice (write each level once)` });
  }
  return mistakes;
}
