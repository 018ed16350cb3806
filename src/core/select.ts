/**
 * The first `limit` items by hash of their cluster, clusters kept whole and the items in their own order. Another
 * item added to the dataset hardly changes the choice. At least one cluster is kept, even one larger than `limit`.
 */
export function selectByHash<T extends { cluster: string }>(
  items: readonly T[],
  limit: number,
  hash: (cluster: string) => string,
): T[] {
  const sizes = new Map<string, number>();
  for (const { cluster } of items) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const ranked = [...sizes]
    .map(([cluster, size]) => ({ cluster, size, rank: hash(cluster) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const kept = new Set<string>();
  let total = 0;
  for (const { cluster, size } of ranked) {
    if (kept.size > 0 && total + size > limit) break;
    kept.add(cluster);
    total += size;
  }
  return items.filter((item) => kept.has(item.cluster));
}
