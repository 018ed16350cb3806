import { quoteSentence, type SafetyCheck, sentencesOf, withoutQuotations } from "./check.ts";

const words = [
  "idiot(?:s|ic|isch\\w*)?",
  "moron(?:s|ic)?",
  "imb[eé]cil\\w*",
  "stupid(?:ity|ly)?",
  "dumb(?:ass|er|est)?(?![- ](?:terminal|component|pipe|proxy|client|protocol|http|jump|init))",
  "incompeten(?:t|ce|tly)",
  "clueless",
  "pathetic",
  "brain[- ]?dead",
  "retarded",
  "clowns?",
  "dickheads?",
  "assholes?",
  "bastards?",
  "bitch(?:es|y)?",
  "fuck\\w*",
  "(?:bull)?shit(?:ty|s)?",
  "crap(?:py)?",
  "wtf",
  "(?:utter|absolute|complete) (?:garbage|rubbish|trash|nonsense)",
  "dämlich\\w*",
  "dumm(?:kopf|köpfe|e[rsn]?)?",
  "schwachsinn\\w*",
  "unfähig\\w*",
  "arschl\\w+",
  "connards?",
  "débiles?",
  "stupides?",
  "estúpid[oa]s?",
  "idiotas?",
].join("|");

const phrases = [
  "(?:did|have) you even",
  "what were you thinking",
  "(?:are|were) you (?:blind|drunk|insane|kidding|out of your mind)",
  "learn (?:how )?to (?:code|program|read)",
  "(?:five|5|three|3|ten|10)[- ]year[- ]old (?:would|could|can|knows)",
  "programming is (?:\\w+ ){0,3}not for you",
  "you(?:'re| are) (?:\\w+ ){0,2}(?:lazy|useless|hopeless|ignorant|worthless|a joke|a disgrace|an embarrassment)",
  "shut up",
  "shame on you",
  "(?:should be|be) ashamed",
  "go back to school",
  "(?:find|get) (?:yourself )?another (?:job|career|profession)",
  "nobody with (?:a|half a) brain",
  "your (?:code|work|patch|change) is (?:\\w+ )?(?:garbage|rubbish|trash|a joke|embarrassing|worthless)",
  "who(?:ever)? (?:wrote|writes|approved) (?:this|such)[^.?!]{0,80}(?:be fired|quit|never touch|read a book)",
  "beruf verfehlt",
].join("|");

const abusive = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words}|${phrases})(?![\\p{L}\\p{N}_])`, "iu");
/** Sayings, pictures, and what somebody says of nobody but himself. */
const harmless =
  /keep it simple,? stupid|\bTERM=dumb\b|\bclown (?:emojis?|faces?|fish)\b|\b(?:stupid|dumb|idiotic|crappy)\s+(?:\w+\s+){0,2}(?:of me\b|of mine\b|(?:on|by|from) my(?: own)? (?:part|side)\b|by me\b)|\bmy(?: own)? (?:stupid|dumb|idiotic|crappy)\b/gi;

/**
 * Fails a review that has an insult, a swear word or a phrase that belittles the author, of a short list in English, German,
 * French and Spanish, as a whole word outside code and quotations. Blunt words about code ("wrong", "dead code", "dummy",
 * "kill the process", "master/slave") are none. Applies to every review.
 */
export const checkAbuse: SafetyCheck = ({ remarks }) => {
  const sentences = remarks.flatMap(({ message }) => sentencesOf(withoutQuotations(message).replaceAll(harmless, " ")));
  const found = sentences.find((sentence) => abusive.test(sentence));
  return { applies: true, evidence: found === undefined ? null : `abuses: ${quoteSentence(found)}` };
};
