/** From each of these places in a text, all the places that a part of a pattern can end at. */
type Step = (text: string, from: ReadonlySet<number>) => ReadonlySet<number>;

/** Something that a pattern may hold, and that cannot be told here. */
class Unknown extends Error {}

/** Of groups in groups; looks ahead within one another would each be taken from every place. */
const deepest = 50;

/**
 * Compiles a valid regular expression, to be matched against a whole text. All places that a part can end at are followed
 * at once: no pattern without repeats in repeats takes longer than its length, its counts and that of the text allow. How
 * greedy a repeat is does not matter for that.
 * @returns null for a back reference, a look behind or within a look ahead, groups too deep, or a character by its number
 */
export function compilePositions(pattern: string, isCaseless: boolean): ((text: string) => boolean) | null {
  const tokens = [...pattern.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|\(\?(?:<?[=!]|:|<\w+>)|[^]/g)].map(
    ([token]) => token,
  );
  let at = 0;
  let depth = 0;
  let isAhead = false;

  function readChoice(): Step {
    const options = [readSequence()];
    while (tokens[at] === "|") {
      at += 1;
      options.push(readSequence());
    }
    return (text, from) => new Set(options.flatMap((option) => [...option(text, from)]));
  }

  function readSequence(): Step {
    const steps: Step[] = [];
    for (let token = tokens[at]; token !== undefined && token !== "|" && token !== ")"; token = tokens[at]) {
      at += 1;
      steps.push(readRepeat(readAtom(token)));
    }
    return (text, from) => steps.reduce((places, step) => (places.size === 0 ? places : step(text, places)), from);
  }

  function readAtom(token: string): Step {
    if (token.startsWith("(")) return readGroup(token);
    if (token === "^") return keep((_, place) => place === 0);
    if (token === "$") return keep((text, place) => place === text.length);
    if (token === String.raw`\b`) return keep(isBoundary);
    if (token === String.raw`\B`) return keep((text, place) => !isBoundary(text, place));
    if (/^\\[1-9xuckpP]/.test(token)) throw new Unknown(token);
    const one = new RegExp(
      `^${token === "{" || token === "}" || token === "]" ? `\\${token}` : token}$`,
      isCaseless ? "i" : "",
    );
    return (text, from) => new Set([...from].filter((place) => one.test(text[place] ?? "")).map((place) => place + 1));
  }

  function readGroup(opener: string): Step {
    const looks = /^\(\?[=!]$/.test(opener);
    if (/^\(\?<[=!]$/.test(opener) || (looks && isAhead) || depth === deepest) throw new Unknown(opener);
    depth += 1;
    isAhead ||= looks;
    const inside = readChoice();
    at += 1;
    depth -= 1;
    if (!looks) return inside;
    isAhead = false;
    return keep((text, place) => inside(text, new Set([place])).size > 0 === (opener === "(?="));
  }

  function readRepeat(step: Step): Step {
    const [, least = "", comma, most = ""] =
      /^\{(\d+)(,(\d*))?\}$/.exec(shorthands[tokens[at] ?? ""] ?? tokens[at] ?? "") ?? [];
    if (least === "") return step;
    at += 1;
    if (tokens[at] === "?") at += 1;
    const end = comma === undefined ? Number(least) : most === "" ? Infinity : Number(most);
    return (text, from) => repeat(text, from, step, Number(least), end);
  }

  try {
    const step = readChoice();
    return (text) => step(text, new Set([0])).has(text.length);
  } catch (error) {
    // Flags within a group read as a repeat of nothing.
    if (error instanceof Unknown || error instanceof SyntaxError) return null;
    throw error;
  }
}

const shorthands: Readonly<Record<string, string>> = { "*": "{0,}", "+": "{1,}", "?": "{0,1}" };

function repeat(text: string, from: ReadonlySet<number>, step: Step, least: number, most: number): ReadonlySet<number> {
  let newest = from;
  // After as many times as the text has characters, what is left took none of them.
  for (let times = 0; times < Math.min(least, text.length + 1) && newest.size > 0; times += 1)
    newest = step(text, newest);
  const all = new Set(newest);
  for (let times = least; times < most && newest.size > 0; times += 1) {
    newest = new Set([...step(text, newest)].filter((place) => !all.has(place)));
    for (const place of newest) all.add(place);
  }
  return all;
}

function keep(holds: (text: string, place: number) => boolean): Step {
  return (text, from) => new Set([...from].filter((place) => holds(text, place)));
}

function isBoundary(text: string, place: number): boolean {
  const [before, after] = [place - 1, place].map((index) => /^\w$/.test(text[index] ?? ""));
  return before !== after;
}
