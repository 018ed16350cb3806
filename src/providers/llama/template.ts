import type { LlamaModel, Token } from "node-llama-cpp";
import type { EnginePackage } from "./engine.ts";

/**
 * How prompts become the tokens that a model reads: the prompt is one message of the user in the model's own chat
 * template, which must hold whatever stands in it, so that no text can pass for the template's marks. A model without a
 * template reads the prompt as it is. The token that begins a text comes first where the model wants it.
 * @throws an Error for a template that cannot be read: another one would measure another model
 */
export function createTemplate(engine: EnginePackage, model: LlamaModel): (prompt: string) => Token[] {
  const template = chatTemplateOf(model.fileInfo.metadata.tokenizer);
  const { bos, shouldPrependBosToken } = model.tokens;
  const tokensOf = template === null ? (prompt: string) => model.tokenize(prompt) : chat(engine, model, template);
  return (prompt) => {
    const tokens = tokensOf(prompt);
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  };
}

/** The chat template in a file's metadata; null where there is none. */
export function chatTemplateOf(tokenizer: unknown): string | null {
  if (typeof tokenizer !== "object" || tokenizer === null || !("chat_template" in tokenizer)) return null;
  const template = tokenizer.chat_template;
  return typeof template === "string" && template.trim() !== "" ? template : null;
}

function chat({ JinjaTemplateChatWrapper }: EnginePackage, { tokenizer }: LlamaModel, template: string) {
  const additionalRenderParameters = { add_generation_prompt: true };
  const wrapper = new JinjaTemplateChatWrapper({ template, tokenizer, additionalRenderParameters });
  return (prompt: string): Token[] => {
    const { contextText } = wrapper.generateContextState({ chatHistory: [{ type: "user", text: prompt }] });
    return contextText.tokenize(tokenizer);
  };
}
