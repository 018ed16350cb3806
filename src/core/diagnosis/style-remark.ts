import type { Finding } from "../review.ts";
import { defectWords } from "../text/defect-words.ts";
import { wordProfile } from "../text/words.ts";

const kinds = Object.keys(defectWords);
/** Kinds of defect as bits of a word profile: matters of taste, and names, of which only some remarks are such. */
const taste = 1 << kinds.indexOf("taste");
const names = 1 << kinds.indexOf("name");

const styleCategory =
  /^(?:code-)?(?:style|formatting|naming|readability|documentation|docs|comments?|typo|nit|whitespace|convention)s?$/i;
const layoutWords =
  /\b(?:white-?spaces?|indent\w*|format(?:ting|ted|ter)|spacing|blank lines?|empty lines?|line length|too long a line|trailing (?:comma|space|newline)s?|comments?|doc-?strings?|jsdoc|javadoc|readab(?:le|ility)|typos?|spelling|grammar|camel-?case|snake_?-?case|pep ?8|lint(?:er)?|prettier|idiomatic|cleaner|tidier|abbreviat\w+|wording|nits?|naming|renam\w+|descriptive|misleading)\b/i;

/**
 * Whether a finding is about how the code looks, and not about what it does: by its own severity (`nit`) or category, or
 * by English words of layout, naming and taste where no word points to another kind of defect.
 */
export function isStyleRemark({
  message,
  severity,
  category,
}: Pick<Finding, "message" | "severity" | "category">): boolean {
  if (severity === "nit" || (category !== undefined && styleCategory.test(category.trim()))) return true;
  const { kinds: named } = wordProfile(message);
  if ((named & ~(taste | names)) !== 0) return false;
  return (named & taste) !== 0 || layoutWords.test(message);
}
