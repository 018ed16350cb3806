import {
  formatInterval,
  formatUsd,
  formatValue,
  namesAmong,
  neutralise,
  noValue,
  plural,
  shortRef,
} from "../core/format.ts";
import type { PanelMember, Report, ReviewerReport } from "../core/report.ts";
import { fold, type TerminalStyle } from "./terminal-text.ts";
import { fitTable } from "./fit-table.ts";

type Asked = NonNullable<NonNullable<Report["matcher"]>["asked"]>;

/** Who said which findings describe bugs, where that was nothing of ours. */
export function renderMatcher({ matcher }: Report, style: TerminalStyle): string[] {
  if (matcher?.asked !== undefined) {
    const { runs, rubric, members, informsBecause } = matcher.asked;
    const who =
      members === undefined
        ? `${shortRef(matcher.judge ?? "")}, most of ${plural(runs, "run")}`
        : `most of ${namesOf(members)}, each by most of ${plural(runs, "run")}`;
    return [say(`matched by ${who} (rubric ${rubric.name})${tookOf(matcher.asked)}`, informsBecause, style)];
  }
  if (matcher?.name !== "recorded") return [];
  const judge = matcher.judge === undefined ? "" : ` of ${matcher.judge}`;
  const byWords = (matcher.lexicalFor ?? []).map(shortRef).join(", ");
  return [say(`matched by recorded verdicts${judge}${byWords === "" ? "" : `; ${byWords} by words`}`, null, style)];
}

/** Who judged the reviews, what that took, and why it decides nothing: here once, and not under every gate. */
export function renderJudge({ judge, reviewers }: Report, style: TerminalStyle): string[] {
  if (judge === null) return [];
  const { ref, engine, runs, rubric, members, informsBecause } = judge;
  if (engine === "lexical")
    return [say(`judged by the lexical engine, which compares words (rubric ${rubric.name})`, informsBecause, style)];
  if (members === undefined) {
    const who = `judged by ${shortRef(ref)}, median of ${plural(runs, "run")} (rubric ${rubric.name})`;
    return [say(`${who}${tookOf(judge)}`, informsBecause, style)];
  }
  const who = `judged by ${members.length} judges, what most of them say by the medians of ${plural(runs, "run")} each (rubric ${rubric.name})`;
  return [say(`${who}${tookOf(judge)}`, informsBecause, style), "", renderMembers(members, reviewers, style)];
}

/** Each judge by itself: the pass rate that it alone gives every reviewer, and what it took. */
function renderMembers(
  members: readonly PanelMember[],
  reviewers: readonly ReviewerReport[],
  style: TerminalStyle,
): string {
  const isCompany = ({ role }: ReviewerReport) => Number(role === "company");
  const judged = reviewers
    .filter((reviewer) => reviewer.judges !== undefined)
    .toSorted((a, b) => isCompany(a) - isCompany(b));
  const nameOf = namesAmong(reviewers.map(({ id }) => id));
  const rateOf = (reviewer: ReviewerReport, member: PanelMember) => {
    const metric = reviewer.judges?.find(({ ref }) => ref === member.ref)?.metrics["judge.pass_rate"];
    if (metric === undefined || metric.value === null) return noValue;
    return `${formatValue(metric.value, "rate")} ${style.paint("dim", formatInterval(metric))}`;
  };
  const rates = judged.map((reviewer, index) => ({
    title: neutralise(nameOf(reviewer.id)),
    cells: members.map((member) => rateOf(reviewer, member)),
    rank: -index,
  }));
  const names = { title: "judge by itself", cells: members.map(({ ref }) => neutralise(shortRef(ref))) };
  const took = members.map((member) => style.paint("dim", tookOf(member).replace(/^; /, "")));
  return fitTable([names, ...rates, { title: "took", cells: took, rank: -judged.length }], "in the report", style);
}

function namesOf(members: readonly PanelMember[]): string {
  return members.map(({ ref }) => shortRef(ref)).join(", ");
}

/** `; 9 questions, 900 tokens in and 90 out, $.012`, and what earlier tries had paid for; empty where nothing was asked. */
function tookOf(work: Asked | PanelMember): string {
  const { kept } = work;
  const earlier = kept === undefined ? "" : countedOf(kept).replace(/^; /, "; kept from earlier tries: ");
  return `${countedOf(work)}${earlier}`;
}

type Counted = Pick<PanelMember, "calls" | "tokens" | "withoutUsage" | "costUsd">;

function countedOf({ calls, tokens, withoutUsage = 0, costUsd }: Counted): string {
  if (calls === 0) return "";
  const least = withoutUsage === 0 ? "" : "at least ";
  const counted =
    tokens.in === null && tokens.out === null
      ? "tokens unknown"
      : `${least}${tokens.in ?? "?"} tokens in and ${tokens.out ?? "?"} out`;
  return `; ${plural(calls, "question")}, ${counted}, ${costUsd === null ? "cost unknown" : `${least}${formatUsd(costUsd)}`}`;
}

function say(text: string, informsBecause: string | null, { paint, columns }: TerminalStyle): string {
  const informs = informsBecause === null ? "" : `; ${informsBecause}`;
  return fold(paint("dim", neutralise(` ${text}${informs}`)), columns);
}
