/** Families of models, each by what its names have in common; a name can tell of several, as a distilled model's does. */
const families: readonly (readonly [family: string, names: RegExp])[] = [
  ["gpt", /gpt|(?<![a-z0-9])o[134](?![a-z0-9])/i],
  ["claude", /claude/i],
  ["gemini", /gemini|gemma/i],
  ["qwen", /qwen|(?<![a-z])qwq/i],
  ["llama", /llama/i],
  ["mistral", /mi[sx]tral|ministral|codestral|devstral|magistral|pixtral/i],
  ["deepseek", /deepseek/i],
  ["phi", /(?<![a-z])phi(?![a-z])/i],
  ["granite", /granite/i],
  ["starcoder", /starcoder/i],
  ["glm", /(?<![a-z])(?:chat)?glm(?![a-z])/i],
  ["kimi", /(?<![a-z])kimi(?![a-z])/i],
  ["command-r", /(?<![a-z])command-(?:r|a)(?![a-z])/i],
];

/** The families that a model's name tells of, such as `qwen`; none where it tells of none. */
export function familiesOf(model: string): string[] {
  return families.flatMap(([family, names]) => (names.test(model) ? [family] : []));
}

/**
 * What a reader should know of a judge that is kin to the reviewers it judges: models favour their own kind. Empty where
 * the names tell of no common family, and are not the same.
 */
export function kinshipWarnings(judge: string, reviewers: readonly { ref: string; model: string }[]): string[] {
  const alike = reviewers.filter(({ model }) => model.toLowerCase() === judge.toLowerCase()).map(({ ref }) => ref);
  const ofFamily = familiesOf(judge).flatMap((family) => {
    const kin = reviewers.filter(({ model }) => familiesOf(model).includes(family)).map(({ ref }) => ref);
    return kin.length === 0 ? [] : [`the judge ${judge} is of one model family (${family}) with ${kin.join(", ")}`];
  });
  if (alike.length === 0) return ofFamily;
  return [
    `the judge ${judge} has the name of ${alike.join(", ")}: if it is the same model, it judges itself`,
    ...ofFamily,
  ];
}
