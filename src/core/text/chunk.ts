import { stemmer } from "stemmer";
import { defectWords, praiseWords, stopWords } from "./defect-words.ts";

/**
 * What one chunk of text between blanks (`userId,` or `off-by-one` or `?.`) says: its stems and their fingerprints, the
 * kinds of defect that it hints at (a bit each, in the order of `defectWords`), and whether it is a word of praise.
 */
export interface ChunkReading {
  chunk: string;
  stems: readonly string[];
  fingerprints: readonly number[];
  kinds: number;
  isPraise: boolean;
}

const rawWord =
  /[\p{L}\p{M}\p{N}_]+(?:[-+][\p{L}\p{M}\p{N}_]+)*|[<>]=|!!|[?&]\.|\?\?|\.\.\/|\p{Extended_Pictographic}/gu;
const identifierPiece = /\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{M}]+|[\p{Lo}\p{Lm}\p{Lt}\p{M}]+|\p{N}+/gu;
const onlyDigits = /^\p{N}+$/u;
const stops: ReadonlySet<string> = new Set(stopWords.split(" "));
const praises: ReadonlySet<string> = new Set(praiseWords.split(" "));
const kindsByWord = indexKinds();

// Stemming dominates the cost of a comparison and reviews repeat their words, so readings are kept, up to a limit.
const maxReadings = 20_000;
const readings = new Map<number, ChunkReading>();
const hashBasis = 0x811c9dc5 | 0;
const noBreakSpace = 0xa0;

/** The readings of a text's chunks, in order. Chunks are hashed in place: cutting each one out costs more than reading. */
export function readChunks(text: string): ChunkReading[] {
  const composed = text.normalize("NFC");
  const result: ChunkReading[] = [];
  let start = 0;
  let hash = hashBasis;
  for (let index = 0; index <= composed.length; index += 1) {
    const code = index < composed.length ? composed.charCodeAt(index) : 0;
    if (code > 32 && code !== noBreakSpace) {
      hash = mix(hash, code);
      continue;
    }
    if (index > start) result.push(findReading(composed, start, index, hash));
    start = index + 1;
    hash = hashBasis;
  }
  return result;
}

/** One step of the 32-bit FNV-1a hash. */
function mix(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function findReading(text: string, start: number, end: number, hash: number): ChunkReading {
  const known = readings.get(hash);
  if (known !== undefined && known.chunk.length === end - start && text.startsWith(known.chunk, start)) return known;
  if (readings.size >= maxReadings) readings.clear();
  const reading = analyseChunk(text.slice(start, end));
  readings.set(hash, reading);
  return reading;
}

function analyseChunk(chunk: string): ChunkReading {
  const stems: string[] = [];
  let kinds = 0;
  let isPraise = false;
  for (const word of chunk.match(rawWord) ?? []) {
    const whole = word.toLowerCase();
    const wordStems = stemsOf(word);
    stems.push(...wordStems);
    kinds |= kindsByWord.get(whole) ?? wordStems.reduce((bits, stem) => bits | (kindsByWord.get(stem) ?? 0), 0);
    isPraise ||= praises.has(whole);
  }
  return { chunk, stems, fingerprints: stems.map(fingerprint), kinds, isPraise };
}

function stemsOf(word: string): string[] {
  return (word.match(identifierPiece) ?? [])
    .map((piece) => piece.toLowerCase())
    .filter((piece) => !stops.has(piece) && !onlyDigits.test(piece))
    .map((piece) => stemmer(piece));
}

/** A number for a stem: two different stems of a pair share one with chance below 1e-6. */
function fingerprint(stem: string): number {
  let hash = hashBasis;
  for (let index = 0; index < stem.length; index += 1) hash = mix(hash, stem.charCodeAt(index));
  return hash;
}

/** Words of the table are met whole (`off-by-one`, `??`), by which their pieces are not read, or else by their stem. */
function indexKinds(): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const [bit, words] of Object.values(defectWords).entries()) {
    for (const word of words.split(" ")) {
      for (const key of new Set([word, stemmer(word)])) index.set(key, (index.get(key) ?? 0) | (1 << bit));
    }
  }
  return index;
}
