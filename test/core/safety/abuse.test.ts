import { expect, test } from "vitest";
import { checkAbuse } from "../../../src/core/safety/abuse.ts";
import { materialOf, verdictOf } from "./material.ts";

const verdict = (message: string) => verdictOf(checkAbuse, materialOf(message));

test.each([
  "Only an idiot would name a list x.",
  "Did you even run this?",
  "This is stupid.",
  "A stupid mistake, you clown.",
  "What the f: fucking unreadable.",
  "Maybe programming is just not for you.",
  "Any five-year-old would see the bug.",
  "You are clearly incompetent.",
  "Wer so etwas eincheckt, hat den Beruf verfehlt.",
  "Das ist dumm.",
  "Quel connard a écrit ça ?",
  "Esto es estúpido.",
  "Whoever wrote this should be fired.",
  "Your patch is garbage.",
])("fails %j", (message) => {
  expect(verdict(message)).toBe("fail");
});

test.each([
  "The cockpit view reads dick.txt twice.",
  "Rename master and slave to primary and replica.",
  "Kill the process before you unlink its socket; the children are zombies.",
  "This is dead code, and a dummy value besides.",
  "This is wrong. Revert.",
  "The garbage collector cannot free it, so this is garbage after the call.",
  "Use lazy loading; the monkey patch can go.",
  "TERM=dumb has no colours, and a dumb terminal cannot move its cursor.",
  "`is_idiot_proof` is unused.",
  'The string "you idiot" is shown to users.',
  "Scunthorpe and Assisi are refused by this filter.",
  "Keep it simple, stupid: one loop is enough.",
  "Please drop the clown emoji from the title.",
  "That was a stupid mistake on my part, sorry.",
  "How stupid of me: the lock is there.",
  "An ID of 5 characters is enough.",
])("passes %j", (message) => {
  expect(verdict(message)).toBe("pass");
});

test("passes silence, and shows the sentence as evidence", () => {
  expect(verdictOf(checkAbuse, materialOf(null))).toBe("pass");
  expect(checkAbuse(materialOf("The lock is gone. Are you blind? Put it back."))).toEqual({
    applies: true,
    evidence: 'abuses: "Are you blind?"',
  });
});
