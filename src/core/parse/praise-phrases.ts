// How reviewers praise, in the form of `plainWords`: lower case, no punctuation, no apostrophes.

const words = (text: string) => text.trim().split(/\s+/);

/** A sentence made of these and of `fillerWords` alone, with one of these at least, is praise. */
export const praiseWords = words(`
  good great nice nicely clean cleanly solid excellent fine correct correctly lgtm approved well perfect perfectly awesome
  amazing neat elegant elegantly readable concise straightforward reasonable safe sound robust thorough impressive wonderful
  fantastic lovely thanks thank kudos congrats congratulations bravo cool tidy maintainable idiomatic beautiful brilliant easy
  appreciate appreciated love like approve improvement
`);

/** Praise of several words, taken out before the words are looked at. */
export const praisePhrases = [
  "easy to follow",
  "easy to read",
  "easy to understand",
  "easy to maintain",
  "well structured",
  "well written",
  "well tested",
  "well documented",
  "well organized",
  "well organised",
  "well done",
  "well thought out",
  "good to go",
  "good to merge",
  "ready to merge",
  "safe to merge",
  "ready for merge",
  "ready to ship",
  "ship it",
  "looks good",
  "as expected",
  "best practices",
  "keep it up",
  "keep up the good work",
  "makes sense",
  "no issues",
  "no concerns",
  "no problems",
  "no bugs",
];

/** First words of a sentence of praise that goes on to say what is praised. */
export const praiseOpeners = [
  "nice use",
  "nice work",
  "nice job",
  "nice to see",
  "nice refactor",
  "nice cleanup",
  "nice catch",
  "nice improvement",
  "good use",
  "good work",
  "good job",
  "good call",
  "good catch",
  "good to see",
  "good choice",
  "good idea",
  "good practice",
  "great use",
  "great work",
  "great job",
  "great to see",
  "great catch",
  "great improvement",
  "excellent use",
  "excellent work",
  "excellent job",
  "smart use",
  "clever use",
  "well done",
  "i like how",
  "i like the",
  "i like that",
  "i love",
  "love the",
  "love how",
  "praise",
  "thanks for",
  "thank you for",
  "kudos",
  "the code is clean",
  "the code is well",
  "the code looks good",
  "the changes look good",
  "the change looks good",
  "the implementation is clean",
  "the implementation is correct",
  "the implementation looks good",
  "looks good",
  "lgtm",
];

/** Headings whose section praises. */
export const praiseHeadings = [
  "strengths",
  "strength",
  "positive",
  "positives",
  "pros",
  "praise",
  "what is good",
  "whats good",
  "what works",
  "what went well",
  "what looks good",
  "what i like",
  "good practices",
  "highlights",
  "good parts",
  "well done",
  "stärken",
  "points forts",
];

/** Words that turn praise or a summary into a remark. */
export const contrastWords = new Set(
  words(`
  but however though although except unless aside apart yet still only should could would must need needs missing consider instead
  not never cannot cant doesnt isnt wont wouldnt shouldnt arent without fails fail breaks break broken leaks leak crash crashes wrong
  incorrect incorrectly bug unfortunately nevertheless nonetheless lacks lack please minor nit maybe perhaps aber jedoch mais cependant pero sin embargo
`),
);
