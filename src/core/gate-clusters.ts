import { gateFieldNames } from "./check-suite.ts";
import type { CaseFields } from "./fields.ts";
import type { MetricName } from "./metric.ts";
import { concerns, isAboutBugs } from "./row.ts";
import type { Gate } from "./suite.ts";
import { parseWhere } from "./where.ts";

/** What of a case tells whether a gate is about it. */
export interface GateCase {
  cluster: string;
  fields: CaseFields;
  bugs: readonly { severity: string; category: string }[];
}

/**
 * How many clusters the metric of a gate can count, known before anybody is asked. A condition on the size of prompts,
 * which is not known by then, is taken to hold.
 */
export function countGateClusters(
  name: MetricName,
  { where }: Pick<Gate, "where">,
  cases: readonly GateCase[],
): number {
  const condition = where === undefined ? null : parseWhere(where, gateFieldNames, "where");
  const isChosen = ({ fields, bugs }: GateCase): boolean => {
    if (condition === null || condition.fields.includes("promptChars")) return true;
    if (!isAboutBugs(condition)) return condition.test(fields);
    return bugs.some(({ severity, category }) => condition.test({ ...fields, severity, category }));
  };
  // A pair is told apart by the bugs of its case.
  const isPairs = name === "detection.twin_discrimination";
  const about = cases.filter((one) => concerns(isPairs ? "detection.recall" : name, one) && isChosen(one));
  const twins = new Set(cases.flatMap(({ fields, cluster }) => (typeof fields["twin"] === "string" ? [cluster] : [])));
  return new Set(about.map(({ cluster }) => cluster).filter((cluster) => !isPairs || twins.has(cluster))).size;
}
