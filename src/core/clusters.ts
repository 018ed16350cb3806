/** What decides which cases are not independent of each other. */
export interface ClusterMember {
  id: string;
  /** The cluster that the case itself names. */
  cluster?: string | undefined;
  /** The case whose twin it is. */
  twinOf?: string | undefined;
}

/**
 * The cluster of each case, in their order. Cases that name the same cluster are one, and so are a case and its twin,
 * whichever of them names it; a case that names none is its own, under its id, or under `case ID` where others name a
 * cluster so. Where several names come together the first in the alphabet holds, a name before an id.
 */
export function joinClusters(members: readonly ClusterMember[]): string[] {
  const ownName = nameCases(members);
  const nameOf = new Map(members.map(({ id, cluster }) => [id, cluster ?? ownName(id)]));
  const given = new Set(members.flatMap(({ cluster }) => cluster ?? []));
  const comesFirst = (one: string, other: string) =>
    given.has(one) === given.has(other) ? one < other : given.has(one);

  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    // Every name on the way now leads there at once, so that long chains of twins are walked only once.
    for (let at = name; at !== root;) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  for (const { id, twinOf } of members) {
    const other = twinOf === undefined ? undefined : nameOf.get(twinOf);
    if (other === undefined) continue;
    const [a, b] = [rootOf(nameOf.get(id) ?? ownName(id)), rootOf(other)];
    if (a !== b) parents.set(...(comesFirst(a, b) ? ([b, a] as const) : ([a, b] as const)));
  }
  return members.map(({ id, cluster }) => rootOf(cluster ?? ownName(id)));
}

/** What a case alone is called: its id, unless a cluster is called so, and then what neither case nor cluster is. */
function nameCases(members: readonly ClusterMember[]): (id: string) => string {
  const given = new Set(members.flatMap(({ cluster }) => cluster ?? []));
  const taken = [...given, ...members.map(({ id }) => id)];
  let prefix = "case ";
  while (taken.some((name) => name.startsWith(prefix))) prefix += "case ";
  return (id) => (given.has(id) ? `${prefix}${id}` : id);
}
