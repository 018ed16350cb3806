import { readChat } from "./chat.ts";
import { readMessages } from "./messages.ts";
import { readOllama } from "./ollama.ts";
import type { StreamReader, StreamShape } from "./stream.ts";
import { readWhole } from "./whole.ts";

/** Reads a body by its shape. */
export const streamReaders: Readonly<Record<StreamShape, StreamReader>> = {
  chat: readChat,
  messages: readMessages,
  ollama: readOllama,
  whole: readWhole,
};
