// What reviewers write around their remarks, as data. Everything is lower case, without punctuation or apostrophes.

const words = (text: string) => text.trim().split(/\s+/);

/** Whole utterances that say "I have nothing to remark". */
export const silencePhrases: readonly string[] = [
  "lgtm",
  "looks good",
  "look good",
  "looks good to me",
  "looks fine",
  "looks fine to me",
  "looks ok",
  "all good",
  "no issues",
  "no issue",
  "no issues found",
  "no findings",
  "no comments",
  "no comment",
  "no remarks",
  "no concerns",
  "no problems",
  "no bugs",
  "no changes needed",
  "no changes required",
  "no changes requested",
  "no action needed",
  "nothing",
  "nothing found",
  "nothing to report",
  "nothing to add",
  "nothing to flag",
  "nothing to comment on",
  "none",
  "none found",
  "n a",
  "null",
  "empty",
  "ok",
  "okay",
  "fine",
  "clean",
  "pass",
  "passed",
  "done",
  "yes",
  "no",
  "approve",
  "approved",
  "approving",
  "ship it",
  "good to go",
  "1",
  "findings none",
  "issues none",
  "no review comments",
  // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Ukrainian, Turkish
  "keine probleme",
  "keine probleme gefunden",
  "keine anmerkungen",
  "sieht gut aus",
  "alles gut",
  "passt",
  "aucun problème",
  "aucun problème trouvé",
  "aucune remarque",
  "rien à signaler",
  "ça me va",
  "sin problemas",
  "sin comentarios",
  "no hay problemas",
  "no se encontraron problemas",
  "se ve bien",
  "todo bien",
  "sem problemas",
  "nenhum problema encontrado",
  "tudo certo",
  "nessun problema",
  "nessun problema trovato",
  "tutto bene",
  "geen problemen",
  "geen problemen gevonden",
  "ziet er goed uit",
  "brak uwag",
  "nie znaleziono problemów",
  "замечаний нет",
  "нет замечаний",
  "проблем не найдено",
  "проблем не обнаружено",
  "всё хорошо",
  "все хорошо",
  "зауважень немає",
  "sorun yok",
  // Chinese, Japanese, Korean
  "没有问题",
  "没有发现问题",
  "未发现问题",
  "没问题",
  "看起来不错",
  "沒有問題",
  "沒有發現問題",
  "問題ありません",
  "問題なし",
  "特に問題ありません",
  "指摘事項はありません",
  "指摘なし",
  "良さそうです",
  "문제 없음",
  "문제 없습니다",
  "문제가 없습니다",
  "좋아 보입니다",
];

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

/** Words that carry no remark of their own. */
export const fillerWords = words(`
  a an the this that these those it its is are was were be been has have had will look looks looked looking seem seems appear appears overall code codes
  change changes changed pr pull request patch diff commit commits implementation solution approach refactor refactoring work job
  to me my and or with very really so all everything i ive we you your for of in on at from now as also quite pretty generally here there heres
  thing things otherwise both just too much more most part parts file files way new added adding addition
  logic function functions method methods class classes test tests understand read follow structured written tested documented handled handling
  hi hello hey sure certainly okay ok yes absolutely of course team folks please
`);

/** What is graded: names of qualities, which are a topic in a heading and praised or blamed in a sentence. */
export const qualityNames = words(`
  coverage naming names structure style design documentation docs testing security performance correctness maintainability readability
  reliability concurrency compatibility accessibility formatting architecture robustness complexity usability scalability typing types
`);

/** What a change does in a sentence that retells it. */
export const changeVerbs = words(`
  adds introduces implements refactors updates moves renames removes replaces improves fixes changes extends simplifies cleans migrates
  adjusts modifies makes enables converts extracts splits switches bumps upgrades add introduce implement refactor update move rename
  remove replace improve fix extend simplify modify is are focuses aims
`);

/** Beside filler, what introductions and topic headings are made of. */
export const topicWords = words(`
  review reviews reviewed reviewing reviewer comment comments feedback finding findings found find issue issues problem problems
  bug bugs concern concerns note notes remark remarks suggestion suggestions recommendation recommendations observation observations
  error errors vulnerability vulnerabilities risk risks improvement improvements nit nits nitpick nitpicks question questions defect defects
  critical major minor high medium moderate low severity priority blocking blocker blockers important potential possible serious trivial other general
  specific main key following below above list detailed details detail analysis result results identified noticed spotted see few some several couple
  one two three four five six seven eight nine ten
  quality practices best warning warnings info actionable posted inline section by category categories
  need needs attention addressed address before merging merge output answer response final step let lets
  take took careful carefully closely after through went gone looking analyzed analysed examined provided requested what id things worth
  potentially outside range additional further duplicate verdict decision recommendation status conclusion summary overview
`);

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

/** First words of a sentence that closes a review. */
export const closingOpeners = [
  "let me know",
  "please let me know",
  "hope this helps",
  "i hope this helps",
  "feel free",
  "happy to",
  "thanks for",
  "thank you for",
  "keep up",
  "if you have any questions",
  "if you would like me to",
  "would you like me to",
  "please address these",
  "please address the",
  "these changes would improve",
  "addressing these",
  "reviewed by",
  "generated by",
  "copilot reviewed",
  "tip you can",
  "reply with",
];

/** Words that turn praise or a summary into a remark. */
export const contrastWords = new Set(
  words(`
  but however though although except unless aside apart yet still only should could would must need needs missing consider instead
  not never cannot cant doesnt isnt wont wouldnt shouldnt arent without fails fail breaks break broken leaks leak crash crashes wrong
  incorrect incorrectly bug unfortunately nevertheless nonetheless lacks lack please minor nit maybe perhaps aber jedoch mais cependant pero sin embargo
`),
);

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

/** Headings whose section retells the change or sums the review up. */
export const asideHeadings = [
  "summary",
  "overview",
  "walkthrough",
  "description",
  "conclusion",
  "verdict",
  "overall",
  "final thoughts",
  "tldr",
  "tl dr",
  "pull request overview",
  "pull request summary",
  "pr overview",
  "pr summary",
  "change summary",
  "changes",
  "reviewed changes",
  "files reviewed",
  "what changed",
  "what this does",
  "context",
  "background",
  "sequence diagram",
  "sequence diagrams",
  "estimated code review effort",
  "poem",
  "zusammenfassung",
  "fazit",
  "résumé",
  "resumen",
  "总结",
  "概要",
  "まとめ",
];

/** Words in a heading that say its section holds remarks, whatever else it says. */
export const remarkWords = new Set(words("issue issues finding findings problem problems bug bugs comments concerns remarks suggestions requested"));

/** Openings of a refusal, and phrases that may stand in the rest of one. */
export const refusalOpeners = [
  "i cant",
  "i cannot",
  "i can not",
  "i am unable to",
  "im unable to",
  "i am not able to",
  "im not able to",
  "i wont",
  "i will not",
  "i must decline",
  "i have to decline",
  "i dont feel comfortable",
  "im not comfortable",
  "unable to",
  "as an ai",
  "as a language model",
];
export const refusalVerbs = new Set(
  words("help assist comply review reviewing provide fulfill fulfil continue proceed process complete support decline engage answer do"),
);
export const refusalWhole = [
  "es tut mir leid",
  "ich kann dabei nicht helfen",
  "das kann ich nicht",
  "lo siento",
  "no puedo ayudar",
  "je suis désolé",
  "je ne peux pas",
  "desculpe",
  "не могу помочь",
  "к сожалению я не могу",
  "抱歉",
  "对不起",
  "我无法",
  "申し訳ありません",
  "죄송합니다",
];
export const refusalRest = [
  "sorry",
  "apolog",
  "policy",
  "policies",
  "guidelines",
  "as an ai",
  "language model",
  "against my",
  "let me know",
  "happy to help",
  "glad to help",
  "please provide",
  "please share",
  "please ask",
  "anything else",
  "something else",
  "other request",
  "harmful",
];
