import { readFile } from "node:fs/promises";
import { UsageError } from "../core/errors.ts";
import { type CreateProvider, type ProviderAnswer, ProviderError } from "../core/provider.ts";
import { Recording } from "../core/recording.ts";
import { findingsText, plainAnswer } from "./answer.ts";

/** The recordings of one case by repeat, and the one that stands for repeats without their own. */
interface CaseRecordings {
  byRepeat: Map<number, Recording>;
  anyRepeat: Recording | undefined;
}

/**
 * Reviews recorded elsewhere: `replay:FILE`, JSON lines of Recording, the file relative to the working folder and read
 * once. A recording is of a whole case, so each part of a case gets all of it and merging keeps equal findings once. A
 * recorded `invalid` is answered as completed text, since parsing decides that; a recorded `transport-error` is thrown.
 * @throws UsageError, as FILE:LINE, for a line that is no recording or records a case and repeat for the second time
 */
export const createProvider: CreateProvider = async (ref) => {
  const recordings = readRecordings(ref.target, await readText(ref.ref, ref.target));
  return {
    ref: ref.ref,
    name: ref.kind,
    model: ref.target,
    hosts: [],
    seesTruth: false,
    isTimed: false,
    generate: async (request, signal) => {
      signal.throwIfAborted();
      const ofCase = recordings.get(request.case.id);
      const recording = ofCase?.byRepeat.get(request.repeat) ?? ofCase?.anyRepeat;
      if (recording === undefined) {
        const repeat = ofCase === undefined ? "" : ` for repeat ${request.repeat}`;
        throw new ProviderError(`no recorded review of case ${request.case.id}${repeat} in ${ref.target}`, {
          isRetryable: false,
        });
      }
      return answerFrom(recording, ref.target);
    },
  };
};

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
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const place = `${file}:${index + 1}`;
    const recording = parseRecording(place, line);
    const ofCase = recordings.get(recording.caseId) ?? { byRepeat: new Map<number, Recording>(), anyRepeat: undefined };
    const repeat = recording.repeat ?? 0;
    const earlier = ofCase.byRepeat.get(repeat);
    if (earlier !== undefined) {
      throw new UsageError(
        `${place}: case ${recording.caseId}, repeat ${repeat} is recorded already in line ${lineOf.get(earlier)} ` +
          `(remove one, or number them with "repeat")`,
      );
    }
    ofCase.byRepeat.set(repeat, recording);
    if (recording.repeat === undefined) ofCase.anyRepeat = recording;
    recordings.set(recording.caseId, ofCase);
    lineOf.set(recording, index + 1);
  }
  return recordings;
}

function parseRecording(place: string, line: string): Recording {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = Recording.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new UsageError(`${place}: ${path === "" ? "" : `${path}: `}${issue?.message ?? "not a recording"}`);
}

function answerFrom(recording: Recording, file: string): ProviderAnswer {
  const { caseId, text, findings, latencyMs, outcome = "completed" } = recording;
  if (outcome === "transport-error") {
    throw new ProviderError(`the review of case ${caseId} in ${file} was recorded as a transport error`, {
      isRetryable: false,
    });
  }
  return {
    ...plainAnswer(text ?? (findings === undefined ? "" : findingsText(findings))),
    outcome: outcome === "invalid" ? "completed" : outcome,
    ...(latencyMs === undefined ? {} : { recordedLatencyMs: latencyMs }),
  };
}
