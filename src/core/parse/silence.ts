import { changeVerbs, closingOpeners, fillerWords, qualityNames, topicWords } from "./frame-phrases.ts";
import { contrastWords, praiseOpeners, praisePhrases, praiseWords } from "./praise-phrases.ts";
import { silencePhrases } from "./silence-phrases.ts";
import { readPlace } from "./place.ts";

const silent = new Set(silencePhrases);
const praise = new Set(praiseWords);
const filler = new Set(fillerWords);
const topic = new Set(topicWords);
const quality = new Set(qualityNames);
const praiseVocabulary = new Set([
  ...[praiseWords, fillerWords, qualityNames].flat(),
  ...praisePhrases.flatMap((phrase) => phrase.split(" ")),
]);

/** Longer texts than this say something. */
const maxSilence = 1_500;

const noRemark = new RegExp(
  "^(?:overall |so |after review |after reviewing \\w{1,12} \\w{1,12} )?" +
    "(?:no|found no|(?:i|we) (?:found|see|saw|have|spotted|noticed|identified) no|there (?:are|were|is) no|there doesnt appear to be|" +
    "(?:i|we) (?:did not|didnt|do not|dont|couldnt|could not) (?:find|see|spot|notice|identify|have)(?: any)?) " +
    "(?:(?:any|obvious|major|critical|significant|serious|blocking|further|other|real|new|functional|security|performance|correctness|code|review|" +
    "apparent|additional|notable|high|severity|potential|or|and|style) ){0,4}" +
    "(?:issues?|problems?|concerns?|bugs?|defects?|findings?|comments?|remarks?|suggestions?|vulnerabilit(?:y|ies)|blockers?|objections?|complaints?|" +
    "errors(?= (?:found|detected|here)|$)|changes (?:needed|required|requested))(?= |$)",
);

/** The words of a text in lower case, one blank between them, apostrophes dropped. */
export function plainWords(text: string): string {
  const words =
    text
      .toLowerCase()
      .replace(/['’]/g, "")
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? [];
  return words.join(" ");
}

function hasContrast(words: string): boolean {
  return words.split(" ").some((word) => contrastWords.has(word));
}

function opensWith(words: string, openers: readonly string[]): boolean {
  return openers.some(
    (opener) => words.startsWith(opener) && (words.length === opener.length || words[opener.length] === " "),
  );
}

const condition = /\b(?:otherwise|unless|except|when|if|until|only|while|once|where)\b/;

function isPraise(words: string): boolean {
  if (silent.has(words)) return true;
  const none = noRemark.exec(words);
  if (none !== null) {
    // "No problem when n > 0; otherwise …" names one.
    const rest = words.slice(none[0].length);
    return !hasContrast(rest) && !condition.test(rest);
  }
  if (opensWith(words, praiseOpeners) && !hasContrast(words)) return true;
  // Most sentences of remarks end here, at their first word that nobody praises with.
  if (!words.split(" ").every((word) => praiseVocabulary.has(word))) return false;
  const hit = praisePhrases.filter((phrase) => words.includes(phrase));
  const rest = hit
    .reduce((left, phrase) => left.replaceAll(phrase, " "), words)
    .split(" ")
    .filter(Boolean);
  if (!rest.every((word) => praise.has(word) || filler.has(word) || quality.has(word))) return false;
  return hit.length > 0 || rest.some((word) => praise.has(word));
}

const isCount = (word: string) => /^\d{1,4}$/.test(word);

/** Whether a heading names no more than a topic: "Security", "Critical issues (2)", "Code review". */
export function isTopic(text: string): boolean {
  if (text.length > 300) return false;
  const words = plainWords(text).split(" ");
  return words.every((word) => topic.has(word) || filler.has(word) || quality.has(word) || isCount(word));
}

/** Whether a sentence is made of the words around remarks alone: "Here are my review comments", "Verdict: approve". */
function isFrame(words: string): boolean {
  return words.split(" ").every((word) => topic.has(word) || filler.has(word) || praise.has(word) || isCount(word));
}

const change = new RegExp(
  `^(?:overall )?(?:this|the|these) (?:pr|pull request|changes?|change set|changeset|patch|diff|commit) (?:\\w{1,12}ly )?(?:${changeVerbs.join("|")})(?= |$)`,
);
const grade =
  /^(?:overall )?(?:score|rating|grade|quality|confidence|effort|estimated effort|review effort)(?: score| level)?(?: \d| (?:high|medium|low))/;

/** Whether a sentence only tells what the change does ("This PR adds …") or grades it ("Score: 8/10"). */
function isRetelling(words: string): boolean {
  return (change.test(words) && !hasContrast(words)) || (grade.test(words) && words.length < 60);
}

/** Whether a text only praises or says that there is nothing to say, in whatever place: "LGTM", "Line 3 looks good". */
export function isSilence(text: string): boolean {
  if (text.length > maxSilence) return false;
  let isAnythingSaid = false;
  for (const sentence of splitSentences(text)) {
    const words = plainWords(sentence);
    if (words === "") continue;
    if (sentence.includes("?") || !isPraise(words)) return false;
    isAnythingSaid = true;
  }
  return isAnythingSaid;
}

/**
 * Whether a piece of a review holds no remark: no words at all, praise, an introduction, a closing. Whatever has an
 * unknown word is taken for a remark, so that a doubt never makes a reviewer look quieter than it was.
 */
export function saysNothing(text: string): boolean {
  if (plainWords(text.slice(0, 2_000)) === "") return true;
  if (text.length > maxSilence) return false;
  const isPlaced = readPlace(text).lines !== undefined;
  return splitSentences(text).every((sentence) => {
    const words = plainWords(sentence);
    if (words === "") return true;
    if (isPlaced || sentence.includes("?")) return false;
    if (/^[\s*_]{0,4}[✅✔👍🎉💯]/u.test(sentence) && !hasContrast(words)) return true;
    return (
      isPraise(words) ||
      isFrame(words) ||
      isRetelling(words) ||
      (opensWith(words, closingOpeners) && !hasContrast(words))
    );
  });
}

/** Pieces of a text between stops and line ends; some may have no words. */
function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?…])\s+|[。！？]|\n+/);
}
