import type { GbnfJsonBasicSchema, LlamaGrammar } from "node-llama-cpp";
import { type Engine, firstLine } from "./engine.ts";
import { plainSchema } from "./plain-schema.ts";

/** What holds a model to a schema, and how the report calls it. */
export interface Held {
  grammar: LlamaGrammar | null;
  said: string;
}

/** The package makes an answer end with line breaks; without them the model's own end is all that may follow. */
const lineBreaksAtEnd = / "\\n\\n\\n\\n" \[\\n\]\*$/m;

type Schema = Readonly<Record<string, unknown>>;

/** Makes grammars of schemas, each once. A schema that the engine refuses leaves answers free, and `said` says why. */
export function createGrammars({ llama }: Pick<Engine, "llama">): (schema: Schema) => Promise<Held> {
  const made = new Map<string, Promise<Held>>();
  return (schema) => {
    const key = JSON.stringify(schema);
    const held = made.get(key) ?? hold(schema);
    made.set(key, held);
    return held;
  };

  async function hold(schema: Schema): Promise<Held> {
    try {
      const plain = plainSchema(schema);
      // The engine's types can follow literal schemas only.
      const { grammar: rules } = await llama.createGrammarForJsonSchema(plain.schema as unknown as GbnfJsonBasicSchema);
      const grammar = await llama.createGrammar({ grammar: rules.replace(lineBreaksAtEnd, "") });
      return { grammar, said: plain.dropped.length === 0 ? "grammar" : `grammar without ${plain.dropped.join(", ")}` };
    } catch (error) {
      return { grammar: null, said: `none: ${firstLine(error)}` };
    }
  }
}
