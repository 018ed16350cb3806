import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UsageError } from "../core/errors.ts";
import { parseJsonLine } from "../core/json-line.ts";
import { parseReview } from "../core/parse/review.ts";
import type { ModelRef } from "../core/model.ts";
import {
  type CreateProvider,
  type Provider,
  type ProviderAnswer,
  ProviderError,
  type ProviderSettings,
} from "../core/provider.ts";
import { Recording } from "../core/recording.ts";
import { findingsText, plainAnswer } from "./answer.ts";

/** The recordings of one case by repeat, and the one that stands for repeats without their own. */
interface CaseRecordings {
  byRepeat: Map<number, Recording>;
  anyRepeat: Recording | undefined;
}

/**
 * Reviews recorded elsewhere: `replay:FILE`, JSON lines of Recording, the file relative to the working folder and read
 * once. A recording is of a whole case, so it is asked for whole cases whatever the suite's `unit`. Recorded findings
 * are the review as they are; recorded text is parsed as any reviewer's is. A recorded `invalid` is answered as
 * completed text, since parsing decides that; a recorded `transport-error` is thrown.
 * @throws UsageError, as FILE:LINE, for a line that is no recording or records a case and repeat for the second time
 */
export const createProvider: CreateProvider = async (ref, { contract }) => replayFile(ref, ref.target, contract);

/**
 * A provider that answers from a file of recordings.
 * @param file what is read; the report calls it by the reference's target
 */
export async function replayFile(
  ref: ModelRef,
  file: string,
  contract: ProviderSettings["contract"],
): Promise<Provider> {
  const text = await readText(ref.ref, file);
  const recordings = readRecordings(file, text);
  return {
    ref: ref.ref,
    name: ref.kind,
    model: ref.target,
    identity: `${ref.kind} ${ref.target} sha256:${hash("sha256", text)}`,
    hosts: [],
    seesTruth: false,
    isTimed: false,
    isWholeCase: true,
    recordedReviews: (caseId) => {
      const ofCase = recordings.get(caseId);
      return [...(ofCase?.byRepeat ?? [])].map(([repeat, recording]) => ({
        repeat,
        standsForOthers: recording === ofCase?.anyRepeat,
        findings: countFindings(recording),
      }));
    },
    generate: async (request, signal) => {
      signal.throwIfAborted();
      const ofCase = recordings.get(request.caseId);
      const recording = ofCase?.byRepeat.get(request.repeat) ?? ofCase?.anyRepeat;
      if (recording === undefined) {
        const repeat = ofCase === undefined ? "" : ` for repeat ${request.repeat}`;
        throw new ProviderError(`no recorded review of this case${repeat} in ${ref.target}`, { isRetryable: false });
      }
      return answerFrom(recording, ref.target, contract);
    },
  };
}

async function readText(ref: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UsageError(`model "${ref}": cannot read ${file}: ${code} (name a file of recorded reviews)`);
  }
}

function readRecordings(file: string, text: string): Map<string, CaseRecordings> {
  const recordings = new Map<string, CaseRecordings>();
  const lineOf = new Map<Recording, number>();
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const place = `${file}:${index + 1}`;
    const recording = parseRecording(line, place);
    const ofCase = recordings.get(recording.caseId) ?? { byRepeat: new Map<number, Recording>(), anyRepeat: undefined };
    const repeat = recording.repeat ?? 0;
    const earlier = ofCase.byRepeat.get(repeat);
    if (earlier !== undefined) {
      throw new UsageError(
        `${place}: case "${recording.caseId}", repeat ${repeat} is recorded already in line ${lineOf.get(earlier)} ` +
          `(remove one, or number them with "repeat")`,
      );
    }
    ofCase.byRepeat.set(repeat, recording);
    if (recording.repeat === undefined) ofCase.anyRepeat = recording;
    recordings.set(recording.caseId, ofCase);
    lineOf.set(recording, index + 1);
  }
  if (recordings.size === 0)
    throw new UsageError(`${file}: expected recorded reviews, got none (one JSON line a case)`);
  return recordings;
}

function parseRecording(line: string, place: string): Recording {
  try {
    return parseJsonLine(Recording, line, place);
  } catch (error) {
    const own = nameOwnFile(line);
    if (own === null) throw error;
    throw new UsageError(`${place}: this is ${own}, not a recording (docs/formats.md has its format)`);
  }
}

/** What a line of a run's own files is, for whoever takes such a file for a recording; null for any other line. */
function nameOwnFile(line: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("v" in value || "diff" in value)) return null;
  if ("kind" in value && (value.kind === "run" || value.kind === "generation")) return "nitbench's journal";
  if ("ledger" in value && "scores" in value) return "a run's case lines";
  return "diff" in value && "language" in value ? "a dataset" : null;
}

/** How many findings the review of a recording has once it is read. */
function countFindings({ text = "", findings, outcome = "completed" }: Recording): number {
  if (outcome !== "completed") return 0;
  if (findings !== undefined) return findings.length;
  const parsed = parseReview(text);
  return parsed.ok ? parsed.review.findings.length : 0;
}

function answerFrom(recording: Recording, file: string, contract: ProviderSettings["contract"]): ProviderAnswer {
  const { text, findings, latencyMs, outcome = "completed" } = recording;
  if (outcome === "transport-error") {
    throw new ProviderError(`the review of this case was recorded as a transport error in ${file}`, {
      isRetryable: false,
    });
  }
  return {
    ...plainAnswer(text ?? (findings === undefined ? "" : findingsText(findings, contract))),
    ...(findings === undefined ? {} : { findings }),
    outcome: outcome === "invalid" ? "completed" : outcome,
    ...(latencyMs === undefined ? {} : { recordedLatencyMs: latencyMs }),
  };
}
