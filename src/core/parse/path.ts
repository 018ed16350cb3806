const words = (text: string) => new Set(text.split(" "));

/** Extensions that make a word a file even without a folder before it. */
const extensions = words(
  "py pyi ipynb js mjs cjs jsx ts mts cts tsx vue svelte go java kt kts scala groovy gradle rb erb php rs swift c cc cpp cxx h hh hpp cs fs vb " +
    "sql sh bash zsh ps1 bat pl lua dart ex exs erl hs clj ml jl zig nim sol tf proto graphql yml yaml json jsonc toml ini cfg conf properties env " +
    "xml html htm css scss sass less md mdx rst txt csv lock ejs hbs twig blade razor cshtml cu asm s v sv vhd",
);
const singleLetters = words("s v");
/** Names of files without an extension. */
const bareNames = words(
  "makefile dockerfile jenkinsfile rakefile gemfile procfile vagrantfile codeowners license readme",
);
/** Names of frameworks and runtimes that look like files. */
const frameworks = words(
  "node.js vue.js next.js nuxt.js react.js express.js three.js d3.js chart.js backbone.js ember.js discord.js asp.net socket.io",
);

/**
 * Whether a run of characters is a path: a file with a known extension, or any file below a folder. With `hasLine` (a
 * line number hangs on it) a file below a folder needs no extension and a short one is believed.
 */
export function isPath(run: string, hasLine: boolean): boolean {
  if (run.length > 300 || run.length < 2 || run.startsWith("//") || run.startsWith("$")) return false;
  const folders = run.split(/[/\\]/);
  const name = folders.at(-1) ?? "";
  if (name === "" || !/\p{L}/u.test(name) || name.startsWith("..")) return false;
  if (bareNames.has(name.toLowerCase())) return hasLine || folders.length > 1 || /^[A-Z][a-z]+file$/.test(name);
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
  const isKnown = extensions.has(extension) && (hasLine || !singleLetters.has(extension));
  if (folders.length > 1) return hasLine || isKnown || (dot >= 0 && /^[a-z][a-z0-9]{0,9}$/.test(extension));
  if (frameworks.has(name.toLowerCase())) return false;
  return dot > 0 ? isKnown : dot === 0 && isKnown;
}
