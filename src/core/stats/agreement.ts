import { type Interval, wilson } from "./proportion.ts";

/** How much a disagreement weighs: all alike, by its distance, or by the square of its distance. */
export type KappaWeights = "none" | "linear" | "quadratic";

/** What differences between ratings mean: only that they differ, their order, their distance, or their ratio. */
export type AlphaLevel = "nominal" | "ordinal" | "interval" | "ratio";

/** One rating of one unit. */
export type Rating = string | number | boolean;

/** Decisions of a judge against labels of people: `tp` both pass, `tn` both fail, `fp` only the judge passes. */
export interface Confusion {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
  /** Labelled units that the judge left undecided; they are in none of the four. */
  unscored: number;
}

/** A share of `n` units with its 95 % interval. */
export interface Rate extends Interval {
  value: number;
  n: number;
}

/**
 * Counts pairs of ratings: a row for each category of the first rater, a column for each of the second.
 * @param categories all that a rating can be, in order; they stand at equal distances
 * @throws RangeError for a rating that is none of them
 */
export function crossTable<Category>(
  pairs: Iterable<readonly [Category, Category]>,
  categories: readonly Category[],
): number[][] {
  const table = categories.map(() => categories.map(() => 0));
  const indexOf = (rating: Category): number => {
    const index = categories.indexOf(rating);
    if (index === -1) throw new RangeError(`rating ${String(rating)}: expected one of ${categories.join(", ")}`);
    return index;
  };
  for (const [first, second] of pairs) {
    const row = table[indexOf(first)] ?? [];
    const column = indexOf(second);
    row[column] = (row[column] ?? 0) + 1;
  }
  return table;
}

/**
 * Agreement of two raters beyond chance: 1 is full agreement, 0 what chance would give, below 0 less than that.
 *
 * 1 minus the observed over the expected weighted disagreement, expected from the margins of the table (Cohen 1960,
 * Educational and Psychological Measurement 20, 37-46; weighted: Cohen 1968, Psychological Bulletin 70, 213-220). With
 * quadratic weights it is the intraclass correlation of large samples (Fleiss and Cohen 1973, the same journal as 1960,
 * 33, 613-619).
 * @param table counts, rows of the first rater and columns of the second, categories in order
 * @returns null where it is not defined: nothing was rated, or both gave one and the same category throughout
 * @throws RangeError for a table that is not square or holds a negative count
 */
export function cohenKappa(table: readonly (readonly number[])[], weights: KappaWeights = "none"): number | null {
  const { rows, columns, n } = marginsOf("cohenKappa", table);
  if (n === 0) return null;
  let observed = 0;
  let expected = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const weight = disagreement(i, j, weights);
      observed += weight * count;
      expected += (weight * (rows[i] ?? 0) * (columns[j] ?? 0)) / n;
    }
  }
  return expected === 0 ? null : 1 - observed / expected;
}

/**
 * Agreement of two raters beyond chance, where chance agreement is that of units which are hard to rate: unlike kappa it
 * stays high where nearly all units are of one category and the raters agree on them. 1 is full agreement, 0 chance.
 *
 * (po - pe) / (1 - pe) with pe the sum of pi (1 - pi) over q - 1, pi being the mean share of a category (Gwet 2008,
 * British Journal of Mathematical and Statistical Psychology 61, 29-48).
 * @param table as for `cohenKappa`; every category that there is counts, also one that nobody gave
 * @returns null where it is not defined: nothing was rated, or there are fewer than two categories
 * @throws RangeError as `cohenKappa` does
 */
export function gwetAc1(table: readonly (readonly number[])[]): number | null {
  const { rows, columns, n } = marginsOf("gwetAc1", table);
  if (n === 0 || table.length < 2) return null;
  const observed = sum(table.map((row, i) => row[i] ?? 0)) / n;
  const shares = rows.map((row, i) => (row + (columns[i] ?? 0)) / (2 * n));
  const expected = sum(shares.map((share) => share * (1 - share))) / (table.length - 1);
  return (observed - expected) / (1 - expected);
}

/**
 * Agreement of any number of raters, or of the runs of one judge: 1 is full agreement, 0 chance, below 0 less than that.
 *
 * 1 minus the observed over the expected disagreement, expected from all ratings put together (Krippendorff 2011,
 * "Computing Krippendorff's alpha-reliability"; 2004, Content Analysis, chapter 11). His ordinal difference of two
 * values is that of their mean ranks, squared.
 * @param units the ratings of each unit, null where one is missing; a unit with fewer than two says nothing
 * @returns null where it is not defined: no unit has two ratings, or all ratings are alike
 * @throws RangeError for ratings other than numbers at any level but nominal, and for negative ones at the level ratio
 */
export function krippendorffAlpha(
  units: readonly (readonly (Rating | null)[])[],
  level: AlphaLevel = "nominal",
): number | null {
  const paired = units.map((unit) => unit.filter((rating) => rating !== null)).filter((unit) => unit.length > 1);
  const all = placesOf(paired.flat(), level);
  const differenceOf = differences[level];
  let observed = 0;
  let from = 0;
  for (const { length } of paired) {
    observed += totalDifference(all.slice(from, from + length), differenceOf) / (length - 1);
    from += length;
  }
  const expected = totalDifference(all, differenceOf) / (all.length - 1);
  return expected > 0 ? 1 - observed / expected : null;
}

/** Counts the decisions of a judge (true is pass, null undecided) against what people said of the same units. */
export function confusionOf(pairs: Iterable<readonly [person: boolean, judge: boolean | null]>): Confusion {
  const counts: Confusion = { tp: 0, fp: 0, tn: 0, fn: 0, unscored: 0 };
  for (const [person, judge] of pairs) {
    if (judge === null) counts.unscored += 1;
    else if (person) counts[judge ? "tp" : "fn"] += 1;
    else counts[judge ? "fp" : "tn"] += 1;
  }
  return counts;
}

/**
 * How well a judge tells passes from fails: `tpr` is the share that it passes of what people passed (sensitivity), `tnr`
 * the share that it fails of what people failed (specificity), each with its Wilson interval (Yerushalmy 1947, Public
 * Health Reports 62, 1432-1449; Wilson 1927). Null where people labelled nothing so.
 */
export function judgeRates({ tp, fp, tn, fn }: Omit<Confusion, "unscored">): { tpr: Rate | null; tnr: Rate | null } {
  return { tpr: rateOf(tp, tp + fn), tnr: rateOf(tn, tn + fp) };
}

/**
 * Rank correlation, -1 to 1: the product-moment correlation of the ranks, tied values sharing their mean rank (Spearman
 * 1904, American Journal of Psychology 15, 72-101; ties: Kendall and Gibbons 1990, Rank Correlation Methods, chapter 3).
 * @returns null where it is not defined: fewer than two pairs, or one side all alike
 * @throws RangeError for a value that is not a finite number
 */
export function spearman(pairs: readonly (readonly [number, number])[]): number | null {
  const middle = (pairs.length + 1) / 2;
  const first = meanRanks(pairs.map(([value]) => value)).map((rank) => rank - middle);
  const second = meanRanks(pairs.map(([, value]) => value)).map((rank) => rank - middle);
  const spread = Math.sqrt(sum(first.map((rank) => rank ** 2)) * sum(second.map((rank) => rank ** 2)));
  if (spread === 0) return null;
  return Math.max(-1, Math.min(1, sum(first.map((rank, i) => rank * (second[i] ?? 0))) / spread));
}

/**
 * Reliability of the mean of `runs` runs of a judge from the reliability of one: k rho / (1 + (k - 1) rho) (Spearman
 * 1910, British Journal of Psychology 3, 271-295; Brown 1910, the same volume, 296-322).
 * @param reliability correlation of two runs, from 0 to 1
 * @throws RangeError for any other reliability, and for fewer than one run
 */
export function spearmanBrown(reliability: number, runs: number): number {
  if (!(reliability >= 0 && reliability <= 1 && runs >= 1))
    throw new RangeError(`spearmanBrown: expected a reliability of 0 to 1 and a run, got ${reliability} and ${runs}`);
  return (runs * reliability) / (1 + (runs - 1) * reliability);
}

function marginsOf(what: string, table: readonly (readonly number[])[]) {
  const lengths = table.map((row) => row.length);
  if (lengths.some((length) => length !== table.length))
    throw new RangeError(`${what}: expected a square table, got ${table.length} rows of ${lengths.join(", ")}`);
  if (table.flat().some((count) => !(count >= 0 && count < Infinity)))
    throw new RangeError(`${what}: expected counts from 0 on`);
  const rows = table.map(sum);
  const columns = table.map((_, column) => sum(table.map((row) => row[column] ?? 0)));
  return { rows, columns, n: sum(rows) };
}

function disagreement(i: number, j: number, weights: KappaWeights): number {
  if (weights === "none") return i === j ? 0 : 1;
  return weights === "linear" ? Math.abs(i - j) : (i - j) ** 2;
}

/** Squared differences of two distinct places, as each level sees them. */
const differences: Record<AlphaLevel, (a: number, b: number) => number> = {
  nominal: () => 1,
  ordinal: (a, b) => (a - b) ** 2,
  interval: (a, b) => (a - b) ** 2,
  ratio: (a, b) => ((a - b) / (a + b)) ** 2,
};

/** A number for each rating, the same for the same rating, that `differences` takes. */
function placesOf(ratings: readonly Rating[], level: AlphaLevel): number[] {
  if (level === "nominal") {
    const categories = [...new Set(ratings)];
    const indexes = new Map(categories.map((category, index) => [category, index]));
    return ratings.map((rating) => indexes.get(rating) ?? 0);
  }
  const least = level === "ratio" ? 0 : -Infinity;
  const numbers = ratings.map((rating) => {
    if (typeof rating === "number" && rating >= least) return rating;
    const wanted = level === "ratio" ? "numbers from 0 on" : "numbers";
    throw new RangeError(`krippendorffAlpha: level ${level}: expected ${wanted}, got ${String(rating)}`);
  });
  return level === "ordinal" ? meanRanks(numbers) : numbers;
}

/** Sum of the differences of all pairs of two places. */
function totalDifference(places: readonly number[], differenceOf: (a: number, b: number) => number): number {
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  const distinct = [...counts];
  return sum(
    distinct.flatMap(([a, countOfA], i) =>
      distinct.slice(i + 1).map(([b, countOfB]) => countOfA * countOfB * differenceOf(a, b)),
    ),
  );
}

/** The rank of each value from 1 on, in the order given; equal values share the mean of theirs. */
function meanRanks(values: readonly number[]): number[] {
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`ranks: expected finite numbers, got ${odd}`);
  const sorted = values.toSorted((a, b) => a - b);
  const rankOf = new Map<number, number>();
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (sorted[to] === sorted[from] && to < sorted.length) to += 1;
    rankOf.set(sorted[from] ?? 0, (from + 1 + to) / 2);
  }
  return values.map((value) => rankOf.get(value) ?? 0);
}

function rateOf(part: number, whole: number): Rate | null {
  const interval = wilson(part, whole);
  return interval === null ? null : { value: part / whole, n: whole, ...interval };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
