import { createHash } from "node:crypto";
import type { Html } from "./marks.ts";

/** What a page of ours is made of; `data` is an inert element that the script reads. */
export interface Page {
  title: Html;
  body: Html;
  data: string;
  script: string;
  style: string;
}

/** One document that needs no network: only this very script and this very style sheet may run in it. */
export async function renderDocument({ title, body, data, script, style }: Page): Promise<string> {
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "img-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // The hashes hold for the exact text between the tags, so these parts are joined as they are.
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    String(await title),
    `<style>${style}</style>\n</head>\n<body>`,
    withoutIndents(String(await body)),
    data,
    `<script type="module">${script}</script>\n</body>\n</html>\n`,
  ].join("\n");
}

function withoutIndents(markup: string): string {
  return markup.replaceAll(/\n\s+/g, "\n");
}

/** The source expression that allows exactly this inline text, as Content Security Policy level 2 defines it. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
