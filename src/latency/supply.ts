import type { Question, Questions } from "./questions.ts";
import type { ReadyQuestion, Target } from "./target.ts";

/** A question that is written and waits for its time. */
export interface Supplied {
  index: number;
  question: Question;
  promptChars: number;
  ready: ReadyQuestion;
}

/** Questions to one reviewer, written before they are due. */
export interface Supply {
  /** Writes as many as may wait, before the clock matters. */
  fill(): Promise<void>;
  /** The next one; only where none waits it is written now. */
  take(): Promise<Supplied>;
}

/** What may wait to be sent, in characters of prompts and in questions. */
const mostChars = 32 * 1024 * 1024;
const mostWaiting = 2000;

/**
 * Supplies a reviewer with questions.
 * @param most how many will be asked for
 * @param nextWord a word of its own for each request, which begins its prompt and salts the server's cache; null for none
 */
export function openSupply(target: Target, questions: Questions, most: number, nextWord: () => string | null): Supply {
  const waiting: Supplied[] = [];
  let chars = 0;
  let next = 0;
  let writing: Promise<void> | null = null;

  async function write(): Promise<Supplied> {
    const index = next;
    next += 1;
    const question = questions.at(index);
    const request = withWord(question, nextWord());
    return { index, question, promptChars: request.prompt.length, ready: await target.prepare(request) };
  }

  function hasRoom(): boolean {
    return next < most && waiting.length < mostWaiting && chars < mostChars;
  }

  async function writeOne(): Promise<void> {
    const one = await write();
    waiting.push(one);
    chars += one.promptChars;
  }

  function writeOn(): void {
    if (writing !== null || !hasRoom()) return;
    writing = writeLater();
    // Whoever waits for it hears of it all the same.
    writing.catch(() => undefined);
  }

  async function writeLater(): Promise<void> {
    // Not before what is under way had its turn.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    await writeOne();
    writing = null;
    writeOn();
  }

  return {
    async fill() {
      while (hasRoom()) await writeOne();
    },
    async take() {
      if (waiting.length === 0) await writing;
      const one = waiting.shift();
      if (one === undefined) return await write();
      chars -= one.promptChars;
      writeOn();
      return one;
    },
  };
}

/** The request with its own word before all else, so that no prompt begins as another one, were it by one token. */
export function withWord({ request }: Question, word: string | null): Question["request"] {
  if (word === null) return request;
  return { ...request, prompt: `${word} is the name of this request.\n\n${request.prompt}`, cacheSalt: word };
}
