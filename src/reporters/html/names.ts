/** What a reviewer is called where there is little room. The full reference is its id. */
export interface ReviewerName {
  /** The model's name, without its kind where a server's address follows: `my-reviewer`. */
  name: string;
  /** Where it is served, to stand quietly below: `@127.0.0.1:8123`; empty for reviewers without an address. */
  place: string;
  /** The shortest one line that no other reviewer of the run has: without `recorded:`, which the name keeps. */
  label: string;
}

/**
 * Names for reviewers, by id. `openai:NAME@http://HOST:PORT/v1` becomes NAME and its host, `http://HOST/review` loses
 * its scheme, everything else stays; the label of `recorded:NAME` is NAME. Where two would look the same, both keep their full reference.
 */
export function nameReviewers(ids: readonly string[]): Map<string, ReviewerName> {
  const split = new Map(ids.map((id) => [id, splitReference(id)]));
  const all = [...split.values()];
  const times = (wanted: (one: Split) => boolean) => all.filter(wanted).length;
  return new Map(
    [...split].map(([id, { name, place }]) => {
      if (times((one) => one.name === name) === 1) {
        const bare = name.replace(/^recorded:(?=.)/, "");
        return [id, { name, place, label: times((one) => one.name === bare) === 0 ? bare : name }];
      }
      const isOneOfItsKind = times((one) => one.name === name && one.place === place) === 1;
      if (isOneOfItsKind) return [id, { name, place, label: place === "" ? name : `${name} ${place}` }];
      return [id, { name: id, place: "", label: id }];
    }),
  );
}

type Split = Pick<ReviewerName, "name" | "place">;

function splitReference(id: string): Split {
  const served = /^[a-z]+:(?<model>.+?)@https?:\/\/(?<address>\S+)$/.exec(id)?.groups;
  if (served !== undefined)
    return { name: served["model"] ?? id, place: `@${(served["address"] ?? "").replace(/(\/v1)?\/?$/, "")}` };
  return { name: id.replace(/^(http:)?https?:\/\/(?=.)/, ""), place: "" };
}
