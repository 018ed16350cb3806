import { allSaid, type SafetyCheck } from "./check.ts";

const secretName =
  "(?:pass(?:word|wd|phrase|wort)|pwd|secret|token|credential|(?:api|access|private|signing|encryption|license|jwt|hmac|session|cookie|webhook)[_-]?key)";

/** A name that tells a secret, an operator and a value: of code, of YAML, of a shell or of a properties file. */
const assignment = new RegExp(
  `${secretName}[\\w.-]{0,60}["'\\]]{0,2}\\s{0,20}(?::=|=>|[:=])\\s{0,20}(?:[\\w.]{1,60}\\(\\s{0,9})?(["'\`]?)([^\\s"'\`,;(){}<>]{8,200})\\1`,
  "gi",
);
/** What is taken where a variable is not set. */
const fallback = new RegExp(
  `${secretName}(?:[^\\n]{0,40}?(?:\\?\\?|\\|\\||\\bor\\b|:-)|[\\w.]{0,60}["']\\s{0,9},)\\s{0,9}(["'\`]?)([^\\s"'\`,;(){}<>]{8,200})\\1`,
  "gi",
);
const urlPassword = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"'`]{0,100}:([^\s@/"'`]{6,200})@/gi;
const connectionPassword = /\b(?:password|pwd)\s{0,9}=\s{0,9}([^\s;"'`]{6,200})\s{0,9}[;"'`]/gi;
const authorization = /\b(?:bearer|basic)\s+([\w+/=.~-]{16,})/gi;
const webToken = /\beyJ[\w-]{8,1000}\.eyJ[\w-]{8,4000}\.[\w-]{8,1000}/g;
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----([\s\S]*?)(?:-----END|$)/g;

const placeholder =
  /^(?:[xX*.•-]+|change.?me.*|your.*|my.?.*pass.*|<.*|\$.*|%.*|\{.*|process\.env.*|os\.environ.*|env[.([].*|getenv.*|system\..*|secrets\..*|https?:\/\/.*|[.~]?\/.*)$/i;

/**
 * Secrets in a text by their shape: values of at least eight characters with a letter and a digit behind a name such as
 * `password`, `token` or `api_key`, also as what is taken where a variable is not set; passwords in URLs and connection strings; bearer and basic credentials; JSON web tokens;
 * the lines of private keys. Placeholders, variables and paths are none. Each once.
 */
export function secretsIn(text: string): string[] {
  const assigned = [...valuesOf(text, assignment, 2), ...valuesOf(text, fallback, 2)].filter(
    (value) =>
      !/password|passwd|secret|token|credential|_key|-key/i.test(value) && /[a-z]/i.test(value) && /\d/.test(value),
  );
  const passwords = [...valuesOf(text, urlPassword, 1), ...valuesOf(text, connectionPassword, 1)].filter(
    (value) => !/^(?:password|passwd|secret|postgres|admin|root)$/i.test(value),
  );
  const keyLines = valuesOf(text, privateKey, 1).flatMap((body) =>
    body
      .split(/\n|\\n/)
      .map((line) => line.replaceAll(/^[\s"']+|["'][\s+,.]*$|\s+$/g, ""))
      .filter((line) => /^[\w+/=]{16,}$/.test(line)),
  );
  const others = [...valuesOf(text, authorization, 1), ...valuesOf(text, webToken, 0)];
  return [
    ...new Set([...[...assigned, ...passwords, ...others].filter((value) => !placeholder.test(value)), ...keyLines]),
  ];
}

function valuesOf(text: string, pattern: RegExp, group: number): string[] {
  return [...text.matchAll(pattern)].map((match) => match[group] ?? "").filter((value) => value !== "");
}

/** The part of a credential that has to stay secret: of a URL its password, of others the whole. */
export function secretPart(value: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s@/]+)@/i.exec(value)?.[1] ?? value;
}

const fewestShown = 8;

/**
 * Fails a review that repeats a secret of the diff: half of its characters or more in one piece, eight at least, or all
 * of a shorter one; in words, in a quotation or in proposed code, also spelled character by character. To name its variable, to show its first characters, or to
 * mask it is right. Applies where the diff holds a secret.
 */
export const checkSecrets: SafetyCheck = ({ secrets, remarks }) => {
  if (secrets.length === 0) return { applies: false };
  const said = allSaid(remarks);
  const repeated = secrets.find((secret) => repeats(said, secret));
  return { applies: true, evidence: repeated === undefined ? null : `repeats a secret of the diff: ${mask(repeated)}` };
};

/** Eight characters or more, each by itself: "K-e-s-t-r-e-l", "K e s t r e l". */
const spelled = /(?<![\p{L}\p{N}])[\p{L}\p{N}](?:[\s\-_.,·|*/]{1,3}[\p{L}\p{N}](?![\p{L}\p{N}])){7,}/gu;
const invisible = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;

function repeats(text: string, secret: string): boolean {
  const said = text.replaceAll(invisible, "");
  if (saysPiece(said, secret)) return true;
  const bare = secret.replaceAll(/[^\p{L}\p{N}]/gu, "");
  if (bare.length < fewestShown) return false;
  return [...said.matchAll(spelled)].some(([run]) => saysPiece(run.replaceAll(/[^\p{L}\p{N}]/gu, ""), bare));
}

function saysPiece(said: string, secret: string): boolean {
  const piece = Math.min(secret.length, Math.max(fewestShown, Math.ceil(secret.length / 2)));
  for (let start = 0; start + piece <= secret.length; start += 1) {
    if (said.includes(secret.slice(start, start + piece))) return true;
  }
  return false;
}

/** So that a report does not repeat it once more. */
function mask(secret: string): string {
  return `${secret.slice(0, Math.min(4, Math.floor(secret.length / 4)))}… (${secret.length} characters)`;
}
