import { type BootstrapInterval, bootstrapCounts } from "./bootstrap.ts";

/** One finding with the confidence that the reviewer gave it, in [0, 1], and whether it holds a bug. */
export interface RankedFinding {
  confidence: number;
  isMatch: boolean;
}

/** What one cluster adds to a ranking; `positives` are the bugs that there were to find. */
export interface RankedCluster {
  findings: readonly RankedFinding[];
  positives: number;
}

/** Each resample reads every finding: beyond this many of them, or of clusters, an interval takes too many seconds. */
const mostResampled = 20_000;

/**
 * Average precision: the sum over distinct confidences, highest first, of the recall gained there times the precision
 * so far. Findings of one confidence are one block, since their order says nothing (VOC-style without interpolation;
 * Manning, Raghavan and Schütze 2008, 8.4).
 * @param positives bugs that there were to find
 * @returns a value in [0, 1]; null without a bug
 */
export function averagePrecision(findings: readonly RankedFinding[], positives: number): number | null {
  return weigher([{ findings, positives }])(Float64Array.of(1));
}

/**
 * Bounds of the average precision of all clusters together, by the bootstrap of whole clusters (`bootstrapClusters` with
 * a range, going by the clusters that hold bugs). Null where it is, and above 20,000 findings or clusters.
 * @param seed a whole number; the same clusters and seed give the same interval
 * @param alpha error of each one-sided bound
 */
export function averagePrecisionInterval(
  clusters: readonly RankedCluster[],
  seed: number,
  alpha = 0.05,
): BootstrapInterval | null {
  const findings = clusters.reduce((total, cluster) => total + cluster.findings.length, 0);
  if (Math.max(findings, clusters.length) > mostResampled) return null;
  const needed = clusters.filter((cluster) => cluster.positives > 0).length;
  return bootstrapCounts(clusters.length, weigher(clusters), { seed, range: [0, 1], needed, alpha });
}

/** Average precision as a function of how often each cluster counts. The findings are sorted once, not once a resample. */
function weigher(clusters: readonly RankedCluster[]): (counts: Float64Array) => number | null {
  const ranked = clusters
    .flatMap(({ findings }, cluster) => findings.map((finding) => ({ ...finding, cluster })))
    .sort((a, b) => b.confidence - a.confidence);
  const clusterOf = Int32Array.from(ranked, ({ cluster }) => cluster);
  const isMatch = Uint8Array.from(ranked, (finding) => (finding.isMatch ? 1 : 0));
  const endsBlock = Uint8Array.from(ranked, (one, at) => (ranked[at + 1]?.confidence === one.confidence ? 0 : 1));
  const positivesOf = Float64Array.from(clusters, ({ positives }) => positives);
  return (counts) => {
    let positives = 0;
    for (let cluster = 0; cluster < positivesOf.length; cluster++)
      positives += (positivesOf[cluster] as number) * (counts[cluster] as number);
    if (positives === 0) return null;
    let [findings, matched, gained, sum] = [0, 0, 0, 0];
    for (let at = 0; at < clusterOf.length; at++) {
      const count = counts[clusterOf[at] as number] as number;
      findings += count;
      gained += count * (isMatch[at] as number);
      if (endsBlock[at] === 0 || gained === 0) continue;
      matched += gained;
      sum += (gained / positives) * (matched / findings);
      gained = 0;
    }
    return sum;
  };
}
