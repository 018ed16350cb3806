import { isObject } from "../../json.ts";
import type { ServerTiming } from "../../generation.ts";
import type { TimedUsage } from "../timed-request.ts";

/** Bytes of an answer's body, with the clock reading at which the socket had them, in milliseconds. */
export interface StampedBytes {
  atMs: number;
  bytes: Uint8Array;
}

/** A piece of the answer, with the clock reading at which the socket had all of it. Its text is never empty. */
export interface StampedPiece {
  atMs: number;
  text: string;
  isReasoning: boolean;
}

/** An answer as it was heard. */
export interface HeardStream {
  pieces: StampedPiece[];
  finishReason: string | null;
  /** Null for each count that the server did not tell. */
  usage: TimedUsage;
  /** Null where the server tells no clock readings of its own. */
  serverTiming: ServerTiming | null;
  /** What is wrong with the stream: the server's own words, or that it is garbled or cut; null where nothing is. */
  error: string | null;
}

/** Reads a whole body of one shape; never throws, for what is wrong is part of what was heard. */
export type StreamReader = (body: readonly StampedBytes[]) => HeardStream;

/** The shapes in which answers come; `whole` is a body that is one answer. */
export type StreamShape = "chat" | "messages" | "ollama" | "whole";

export const cutStream = "the stream was cut: it ended before the answer did";

/** An answer of which nothing was heard yet. */
export function silentStream(): HeardStream {
  return {
    pieces: [],
    finishReason: null,
    usage: { promptTokens: null, completionTokens: null, cachedTokens: null },
    serverTiming: null,
    error: null,
  };
}

/** Adds what was said, if anything. */
export function hearPiece(heard: HeardStream, atMs: number, text: unknown, isReasoning: boolean): void {
  if (typeof text === "string" && text !== "") heard.pieces.push({ atMs, text, isReasoning });
}

/** What a server says is wrong, in its own words: a text, or an object with a message. */
export function errorWords(error: unknown): string {
  if (typeof error === "string") return error;
  const message = isObject(error) ? error["message"] : undefined;
  return typeof message === "string" && message !== "" ? message : JSON.stringify(error);
}

/** A duration that a server tells, in milliseconds; null for what is none. @param perMs how many of its unit are one */
export function durationOf(value: unknown, perMs = 1): number | null {
  return typeof value === "number" && value >= 0 ? value / perMs : null;
}

/** A count of tokens; null for what is none. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
