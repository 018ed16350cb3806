import { withoutCode } from "../text/lengths.ts";

/** Languages that are told by the frequent small words of their prose, by ISO 639-1 code. */
const smallWords: Readonly<Record<string, string>> = {
  en: "the is are was be this that these it its if when with without and or not but can could should would will does there here from of to in on for by an as has have been you we which only also instead because into may might",
  de: "der die das den dem des ein eine einen einem einer ist sind war wird werden nicht und oder aber wenn dann mit ohne auch noch nur kann sollte könnte hier dies diese dieser dieses es wir von zu im auf für bei aus wie durch bitte schon sonst",
  fr: "le la les un une des du de est sont était pas ne et ou mais si avec sans aussi ce cette ces il elle on nous vous peut devrait dans pour par sur qui que quand au aux être ici donc car plus même",
  es: "el la los las un una unos de del es son no y o pero si con sin también esto este esta se lo puede debería en para por que cuando al ser aquí hay más como porque ya su antes",
  pt: "o a os as um uma de do da dos das é são não e ou mas se com sem também isto isso este esta essa pode deveria em no na para por que quando ao ser aqui há mais como porque já seu antes você",
  it: "il lo la gli le un una di del della dei è sono non e o ma se con senza anche questo questa questi si può dovrebbe in nel nella per che quando al alla essere qui più come perché già dal ci",
  nl: "de het een is zijn was niet en of maar als met zonder ook dit dat deze die kan zou moet in op voor bij van te er hier wordt worden naar door omdat nog wel geen we je hier",
  sv: "det den en ett är var inte och eller men om med utan också detta denna dessa kan bör skulle i på för av till som när här finns vi du inte från bara eftersom att",
  pl: "jest są nie i lub ale jeśli gdy z bez też to ten ta te się może powinien powinno w na dla do po od przez że kiedy tutaj tu być jak więc już tylko bo",
  tr: "bu bir ve veya ama ile değil için olarak olan var yok ise eğer gibi daha çok burada şu da de ki mi olmalı olabilir gerekir sonra önce kadar",
  ru: "это не и или но если когда с без в на для по из к от что как так же то может нужно здесь тут быть будет есть только уже чтобы при его этот эта",
  uk: "це не і або але якщо коли з без в у на для по із до від що як так же то може треба тут бути буде є лише вже щоб при його цей ця та",
};

const languagesOf = new Map<string, string[]>();
for (const [language, words] of Object.entries(smallWords))
  for (const word of new Set(words.split(" "))) languagesOf.set(word, [...(languagesOf.get(word) ?? []), language]);

/** Fewest distinct small words that name a language, how many more than any other it must have, and their least share of all words. */
const fewest = 3;
const lead = 2;
const leastShare = 0.1;

/** Languages that are told by their script alone; a text is in one where so much of its letters is. */
const scripts: readonly [language: string, script: RegExp][] = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["zh", /\p{Script=Han}/gu],
  ["ar", /\p{Script=Arabic}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["hi", /\p{Script=Devanagari}/gu],
  ["th", /\p{Script=Thai}/gu],
];
const leastOfScript = 0.15;
/** No letter of these scripts comes before Greek in Unicode. */
const beyondLatin = /[\u0370-\u{10FFFF}]/u;
/** So many characters tell the language as well as all of them. */
const mostRead = 300;

/**
 * The language in which a text is written, as an ISO 639-1 code: by its script, or by which language's frequent small
 * words stand in it. Null where that cannot be told, as of a few words, of code, and of languages not known here. Code
 * in backticks and names with underscores, capitals within, dots or brackets do not count.
 */
export function writtenLanguage(text: string): string | null {
  const prose = withoutCode(text.slice(0, mostRead), " ");
  if (beyondLatin.test(prose)) {
    const letters = prose.match(/\p{L}/gu)?.length ?? 0;
    for (const [language, script] of scripts) {
      const own = prose.match(script)?.length ?? 0;
      if (own > 0 && own >= leastOfScript * letters) return language;
    }
  }
  return languageOfWords(prose);
}

function languageOfWords(prose: string): string | null {
  let words = 0;
  const times = new Map<string, number>();
  for (const chunk of prose.split(/\s+/)) {
    const word = plainWord(chunk);
    if (word === null) continue;
    words += 1;
    if (languagesOf.has(word)) times.set(word, (times.get(word) ?? 0) + 1);
  }
  if (times.size < fewest) return null;
  const seen = new Map<string, { distinct: number; all: number }>();
  for (const [word, count] of times) {
    for (const language of languagesOf.get(word) ?? []) {
      const { distinct, all } = seen.get(language) ?? { distinct: 0, all: 0 };
      seen.set(language, { distinct: distinct + 1, all: all + count });
    }
  }
  const [best, second] = [...seen].sort(([, a], [, b]) => b.distinct - a.distinct);
  if (best === undefined) return null;
  const [language, { distinct, all }] = best;
  const isTold = distinct >= fewest && distinct >= (second?.[1].distinct ?? 0) + lead;
  return isTold && all >= leastShare * words ? language : null;
}

/** A word of prose in lower case, freed of the marks around it; null for what looks like code. */
function plainWord(chunk: string): string | null {
  // Most words of most texts; the rules of Unicode take ten times as long.
  if (/^[a-z]+$/.test(chunk)) return chunk;
  const word = chunk.replace(/^[\p{P}]+|[\p{P}]+$/gu, "");
  return /^\p{L}?[\p{Ll}\p{M}]*(?:['’-][\p{L}]+)*$/u.test(word) && word !== "" ? word.toLowerCase() : null;
}
