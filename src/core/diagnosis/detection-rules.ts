import type { CaseRow } from "../row.ts";
import { type Asked, askRates, type Candidate, percent, type Reviewed, sayRate, unitOf } from "./candidate.ts";

const unusable: ReadonlySet<string> = new Set(["invalid", "truncated", "refused", "overflow"]);

/** Whether nothing came that could be read as a review, although the reviewer was reached. */
export function isUnusable({ signs }: Reviewed): boolean {
  return unusable.has(signs.outcome);
}

const remedyOf: Readonly<Record<string, string>> = {
  invalid: "Show the answer's format in the prompt, check the chat template, or set reviewer.structured to true.",
  truncated: "Raise reviewer.maxTokens, or ask for shorter findings; look for answers that go in circles.",
  refused: "Say in the prompt that reviewing this code is wanted; look at what it refuses in the raw answers.",
  overflow: "Set reviewer.unit to file or hunk, or serve the model with a longer context.",
};

/** Answers that are no reviews: cut, refused, unreadable, or a prompt that did not fit. */
export function contractBroken(reviews: readonly Reviewed[]): Candidate | null {
  const answered = reviews.filter(({ row, signs }) => row.isScored && signs.outcome !== "not-applicable");
  const broken = Map.groupBy(answered.filter(isUnusable), ({ signs }) => signs.outcome);
  const kinds = [...broken].sort((a, b) => b[1].length - a[1].length);
  const told = kinds.map(([outcome, lines]) => `${lines.length} ${outcome}`).join(", ");
  return askRates(
    [{ units: answered.map((one) => unitOf(one.row, isUnusable(one))), least: 0.2, border: 0.1 }],
    {
      name: "contract-broken",
      cause: "many of its answers are no reviews",
      remedy: remedyOf[kinds[0]?.[0] ?? "invalid"] ?? "",
      explainsMisses: true,
    },
    (figure) => `${sayRate(figure, "answers")} count as silence: ${told}.`,
  );
}

/** Silence nearly everywhere, although there was something to say. */
export function alwaysApproves(reviews: readonly Reviewed[]): Candidate | null {
  const about = reviews.filter((one) => one.row.isScored && !isUnusable(one) && hasSomethingToSay(one.row));
  return askRates(
    [{ units: about.map(({ row, signs }) => unitOf(row, signs.findings === 0)), least: 0.9, border: 0.5 }],
    {
      name: "always-approves",
      cause: "it approves nearly everything",
      remedy:
        "Lower the share of reviews without findings in its training data, ask for defects in the prompt, and look at raw answers for remarks that were not read as findings.",
      explainsMisses: true,
    },
    (figure) => `It is silent on ${sayRate(figure, "cases")} that have a bug or a person's remark.`,
  );
}

function hasSomethingToSay({ fields }: CaseRow): boolean {
  const { bugs, references } = fields;
  return (typeof bugs === "number" && bugs > 0) || (bugs === null && typeof references === "number" && references > 0);
}

/** Findings on clean code, remarks about style left aside, which have a cause of their own. */
export function inventsIssues(reviews: readonly Reviewed[]): Candidate | null {
  const clean = reviews.filter(({ row }) => row.isScored && row.fields["bugs"] === 0);
  const isAlarm = ({ row, signs }: Reviewed) => {
    const alarm = row.scores["detection.false_alarm_rate"];
    return alarm !== undefined && "numerator" in alarm && alarm.numerator > 0 && signs.unlisted > signs.style;
  };
  return askRates(
    [{ units: clean.map((one) => unitOf(one.row, isAlarm(one))), least: 0.5, border: 0.3 }],
    {
      name: "invents-issues",
      cause: "it finds faults in clean code",
      remedy:
        "Put clean changes with an empty review into its training data, such as the mended twin of every bug; ask for findings only where the failure can be named.",
    },
    (figure) => `It flags ${sayRate(figure, "clean cases")}, remarks about style left aside.`,
  );
}

/** Places that the change does not have. */
export function inventsPlaces(reviews: readonly Reviewed[]): Candidate | null {
  const units = reviews.map(({ row, signs }) => ({
    caseId: row.caseId,
    cluster: row.cluster,
    numerator: signs.invented,
    denominator: signs.placed,
  }));
  return askRates(
    [{ units: units.filter(({ denominator }) => denominator > 0), least: 0.1, border: 0.05 }],
    {
      name: "invents-places",
      cause: "it points at lines that are not in the change",
      remedy: "Show line numbers in the prompt, or let one request carry less (reviewer.unit: file or hunk).",
    },
    (figure) => `${sayRate(figure, "findings with a place")} point where the case has no code.`,
  );
}

/** The right defect at another place. */
export function wrongPlace(reviews: readonly Reviewed[]): Candidate | null {
  const described = reviews.flatMap(({ row }) =>
    row.bugs
      .filter(({ theme, location, state }) => theme === true && location !== null && state !== "unjudged")
      .map((bug) => unitOf(row, bug.state === "missed", bug.bugId)),
  );
  return askRates(
    [{ units: described, least: 0.4, border: 0.2 }],
    {
      name: "wrong-place",
      cause: "it names the right defect at the wrong place",
      remedy:
        "Show line numbers in the prompt, ask for the lines of the defect and not of the whole hunk, and check the places in its training data.",
      explainsMisses: true,
    },
    (figure) => `Of the bugs that it describes, ${sayRate(figure)} are put at other lines or none.`,
  );
}

/** Bugs that are flagged as well where they were put right. */
export function twinsAlike(reviews: readonly Reviewed[]): Candidate | null {
  const rowAt = new Map(reviews.map(({ row }) => [`${row.repeat}\n${row.caseId}`, row]));
  const found = reviews.flatMap(({ row: clean }) => {
    const buggy = rowAt.get(`${clean.repeat}\n${String(clean.fields["twin"])}`);
    if (buggy === undefined || !clean.isScored) return [];
    return buggy.bugs
      .filter(({ state }) => state === "found")
      .flatMap(({ bugId }) => {
        const places = clean.places.filter((place) => place.bugId === bugId);
        if (places.length === 0) return [];
        return [
          unitOf(
            clean,
            places.some(({ touched }) => touched),
            bugId,
          ),
        ];
      });
  });
  return askRates(
    [{ units: found, least: 0.5, border: 0.3 }],
    {
      name: "twins-alike",
      cause: "it cannot tell a bug from its fix",
      remedy:
        "Train on pairs of a bug and its fix, the fix with an empty review; a reviewer that knows suspicious code by its looks alone needs both.",
      coveredBy: ["invents-issues"],
    },
    (figure) => `Of the bugs that it finds, ${sayRate(figure)} are flagged in the mended code as well.`,
  );
}

/** Remarks about style while the bugs are missed. */
export function styleOverBugs(reviews: readonly Reviewed[]): Candidate | null {
  const buggy = reviews.filter(({ row }) => row.isScored && row.bugs.length > 0);
  const remarks = buggy
    .filter(({ signs }) => signs.findings > 0)
    .map(({ row: { caseId, cluster }, signs }) => ({
      caseId,
      cluster,
      numerator: signs.style,
      denominator: signs.findings,
    }));
  const missed: Asked = { units: missedBugs(buggy), least: 0.5, border: 0.3 };
  return askRates(
    [{ units: remarks, least: 0.5, border: 0.3 }, missed],
    {
      name: "style-over-bugs",
      cause: "it comments on style and misses the bugs",
      remedy:
        "Take remarks about naming, layout and wording out of its training data or prompt; leave them to a formatter and linter.",
    },
    (style, misses) =>
      `${sayRate(style, "findings on cases with a bug")} are about style, and ${percent(misses.value)} % of ${Math.round(misses.n)} bugs are missed.`,
  );
}

function missedBugs(reviews: readonly Reviewed[]) {
  return reviews.flatMap(({ row }) =>
    row.bugs.filter(({ state }) => state !== "unjudged").map((bug) => unitOf(row, bug.state === "missed", bug.bugId)),
  );
}
