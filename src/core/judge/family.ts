const families =
  /gpt|o[134](?=-|$)|claude|gemini|gemma|qwen|llama|mistral|mixtral|codestral|deepseek|phi|granite|starcoder|glm|kimi|command-r/i;

/** The family that a model's name tells of, in lower case, such as `qwen`; null where it tells none. */
export function familyOf(model: string): string | null {
  return families.exec(model)?.[0]?.toLowerCase() ?? null;
}

/**
 * What a reader should know of a judge that is kin to the reviewers it judges: models favour their own kind. Empty where
 * the names tell of no common family.
 */
export function kinshipWarnings(judge: string, reviewers: readonly { ref: string; model: string }[]): string[] {
  const family = familyOf(judge);
  if (family === null) return [];
  const kin = reviewers.filter(({ model }) => familyOf(model) === family).map(({ ref }) => ref);
  return kin.length === 0 ? [] : [`the judge ${judge} is of one model family (${family}) with ${kin.join(", ")}`];
}
