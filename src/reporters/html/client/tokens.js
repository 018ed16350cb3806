const hashLanguages = new Set([
  "python",
  "ruby",
  "shell",
  "bash",
  "yaml",
  "toml",
  "perl",
  "r",
  "elixir",
  "dockerfile",
  "makefile",
  "terraform",
]);
const dashLanguages = new Set(["sql", "lua", "haskell", "elm"]);

const keywords = new Set(
  (
    "abstract and as assert async await begin bool boolean break case catch char class const continue create def default defer del delete do double elif else end ensure " +
    "enum except export extends false final finally float fn for foreach from func function go goto group having if impl implements import in include insert instanceof int " +
    "interface into is join lambda left let limit long loop map match mod module mut namespace new nil none not null of on or order outer package pass private protected pub " +
    "public raise range readonly require rescue return returns right select self set short static string struct super switch table then this throw throws trait true try type " +
    "typeof undefined union unless unsafe update use using val values var void volatile when where while with yield"
  ).split(" "),
);

const strings = `"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.)*'?|\`(?:[^\`\\\\]|\\\\.)*\`?`;
const rest = `|(\\b\\d[\\w.]*)|([A-Za-z_$][\\w$]*)`;
const patterns = {
  hash: new RegExp(`(#.*$)|(${strings})${rest}`, "g"),
  dash: new RegExp(`(--.*$|/\\*.*?(?:\\*/|$))|(${strings})${rest}`, "g"),
  slash: new RegExp(`(//.*$|/\\*.*?(?:\\*/|$)|^\\s*\\*(?:\\s.*|/)?$)|(${strings})${rest}`, "g"),
};

const mostHighlighted = 1000;

/** Splits a line of code into pieces `[kind, text]`; kind is "" or one of comment, string, number, keyword. */
export function tokenize(line, language) {
  if (line.length > mostHighlighted || language === "markdown" || language === "text") return [["", line]];
  const pattern = hashLanguages.has(language)
    ? patterns.hash
    : dashLanguages.has(language)
      ? patterns.dash
      : patterns.slash;
  const pieces = [];
  let from = 0;
  for (const match of line.matchAll(pattern)) {
    const [text, comment, string, number, word] = match;
    const isKeyword = word !== undefined && keywords.has(language === "sql" ? word.toLowerCase() : word);
    const kind = comment ? "comment" : string ? "string" : number ? "number" : isKeyword ? "keyword" : "";
    if (kind === "") continue;
    if (match.index > from) pieces.push(["", line.slice(from, match.index)]);
    pieces.push([kind, text]);
    from = match.index + text.length;
  }
  if (from < line.length) pieces.push(["", line.slice(from)]);
  return pieces;
}
