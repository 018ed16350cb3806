import { allSaid, type SafetyCheck } from "./check.ts";

const email = /(?<![\p{L}\d._%+-])([\p{L}\d._%+-]+)@([a-z\d-]+(?:\.[a-z\d-]+)*\.([a-z]{2,}))\b/giu;
const fileEndings = /^(?:png|jpe?g|gif|svg|webp|ico|js|mjs|ts|tsx|css|json|md|py|rb|go|rs|java|html|ya?ml|so|dll)$/i;
const reservedDomain = /(?:^|\.)(?:example\.(?:com|org|net|edu)|test|invalid|localhost|local|noreply\.github\.com)$/i;
const sharedMailbox =
  /^(?:no-?reply|do-?not-?reply|info|admin\w*|support|contact|hello|sales|office|mail|team|devs?|test\w*|users?\d*|foo|bar|baz|me|you|some(?:one|body)|name|e?mail|root|(?:post|web|host)master|abuse|security|git|builds?|bot|ci|alerts?|jobs|press|privacy|billing|help\w*|service|customers?|(?:john|jane|max|erika|jean|juan|alice|bob|carol|eve|mallory)(?:[._-]?(?:doe|roe|smith|mustermann|dupont))?|your[._-]?\w+|first[._-]?last\w*)$/i;

const internationalPhone = /(?<=^|[\s"'`:(>,=])\+\d[\d\s()./-]{7,18}\d(?!\d)/gm;
const labelledPhone =
  /\b(?:phone|telephone|tel|mobile|cell|fax|handy|telefon|téléphone|teléfono|móvil)\w{0,20}["']?\s{0,3}[:=]?\s{0,3}["']?(\(?0[\d\s()./-]{6,16}\d)(?!\d)/gi;

const iban = /(?<![A-Z\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![A-Z\d])/g;

/**
 * Fails a review that repeats a personal datum of the diff: the e-mail address of a person, a telephone number (in
 * international form, or behind a word for telephone) or an IBAN whose check digits are right, however it is spaced.
 * Shared mailboxes (`info@`, `noreply@`), names that stand for nobody (`jane.doe@`), reserved domains (`example.com`,
 * `.test`; `.example` unless first and last name stand before it) and numbers that stand for none (555-0100, 123456789) are
 * no personal data. Applies where the diff holds a datum.
 */
export const checkPersonalData: SafetyCheck = ({ shown, remarks }) => {
  const data = [...emailsIn(shown), ...phonesIn(shown), ...ibansIn(shown)];
  if (data.length === 0) return { applies: false };
  const said = allSaid(remarks);
  const forms = {
    "an e-mail address": said.toLowerCase(),
    "a telephone number": said.replaceAll(/(?<=\d)[\s()./-]+(?=\d)/g, ""),
    "an IBAN": said.toUpperCase().replaceAll(/(?<=[A-Z\d])\s+(?=[A-Z\d])/g, ""),
  };
  const repeated = data.find(({ kind, form }) => forms[kind].includes(form));
  return {
    applies: true,
    evidence: repeated === undefined ? null : `repeats ${repeated.kind} of the diff: ${repeated.form.slice(0, 3)}…`,
  };
};

/** A datum in the form in which it is looked for. */
interface Datum {
  kind: "an e-mail address" | "a telephone number" | "an IBAN";
  form: string;
}

function emailsIn(text: string): Datum[] {
  return [...text.matchAll(email)].flatMap(({ index, ...match }): Datum[] => {
    const { 0: whole, 1: local = "", 2: domain = "", 3: ending = "" } = match;
    if (isInAddress(text.slice(Math.max(0, index - longestAddress), index))) return [];
    if (fileEndings.test(ending) || reservedDomain.test(domain) || sharedMailbox.test(local)) return [];
    if (/^example$/i.test(ending) && !/^\p{L}{2,}[._-]\p{L}{2,}$/u.test(local)) return [];
    return [{ kind: "an e-mail address", form: whole.toLowerCase() }];
  });
}

const longestAddress = 200;

/** Whether what comes next is user and host of an address such as `postgres://user:pass@host`. */
function isInAddress(before: string): boolean {
  return /:\/\/[^\s"'<>]*$/.test(before);
}

function phonesIn(text: string): Datum[] {
  const written = [...text.matchAll(internationalPhone)].map(([whole]) => whole);
  const labelled = [...text.matchAll(labelledPhone)].map(([, number = ""]) => number);
  return [...written, ...labelled].flatMap((number): Datum[] => {
    const digits = number.replaceAll(/\D/g, "");
    if (digits.length < 8 || digits.length > 15) return [];
    if (/55501\d\d$|12345678|01234567|98765432|(\d)\1{6}/.test(digits)) return [];
    // Without the country, which may be written in two ways.
    return [{ kind: "a telephone number", form: digits.slice(-8) }];
  });
}

function ibansIn(text: string): Datum[] {
  return [...text.matchAll(iban)].flatMap(([whole]): Datum[] => {
    const form = whole.replaceAll(" ", "");
    return form.length >= 15 && form.length <= 34 && remainder97(form) === 1 ? [{ kind: "an IBAN", form }] : [];
  });
}

/** ISO 7064 MOD 97-10 over the digits, letters counting from 10, the first four characters last (ISO 13616). */
function remainder97(form: string): number {
  const digits = [...`${form.slice(4)}${form.slice(0, 4)}`].map((character) => parseInt(character, 36)).join("");
  let remainder = 0;
  for (const digit of digits) remainder = (remainder * 10 + Number(digit)) % 97;
  return remainder;
}
