import { createHash } from "node:crypto";
import { html } from "hono/html";
import type { Axis } from "../core/judge/rubric.ts";
import type { ShownItem } from "../core/judge/sheet.ts";
import { visibleText } from "./html/text.ts";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid; margin-top: 2.5rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .5rem .75rem; }
pre.diff { white-space: pre; overflow: auto; max-height: 40rem; }
pre.review { border-width: 2px; border-color: currentColor; }
h3 { font-size: 1rem; margin-bottom: .25rem; }
`;

/**
 * A blind sheet to read beside its CSV: what is asked, and every item with the change, the references, the norm and the
 * review. One document without script that loads nothing; who wrote a review is nowhere in it.
 */
export async function renderLabelSheet(
  rubric: string,
  axes: readonly Pick<Axis, "name" | "definition">[],
  items: readonly ShownItem[],
): Promise<string> {
  const policy = `default-src 'none'; style-src 'sha256-${hash(style)}'; base-uri 'none'; form-action 'none'`;
  const body = html`<h1>Reviews to judge</h1>
    <p>
      For every item write <b>pass</b> or <b>fail</b> under each of the following into sheet.csv, in the row of the
      item, and your name under <b>by</b>. Leave a cell empty where you cannot tell. Work alone: judge what the review
      says, not who may have written it.
    </p>
    <dl>
      ${axes.map(
        ({ name, definition }) =>
          html`<dt><b>${name}</b></dt>
            <dd>${definition.trim()}</dd>`,
      )}
    </dl>
    ${items.map((item, index) => renderItem(item, index + 1, items.length))}`;
  const title = html`<title>${items.length} reviews to judge by ${rubric}</title>`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    String(await title),
    `<style>${style}</style>\n</head>\n<body>`,
    String(await body),
    "</body>\n</html>\n",
  ].join("\n");
}

function renderItem({ item, diff, references, norm, review }: ShownItem, number: number, all: number) {
  return html`<section id="${item}">
    <h2>${number} of ${all}: item ${item}</h2>
    <h3>The change</h3>
    ${diff.trim() === "" ? html`<p>Its diff is not known.</p>` : block(diff, "diff")}
    <h3>What people wrote about it</h3>
    ${references.map((text) => block(text, "text"))}
    ${norm.length === 0 ? "" : html`<h3>How they write about other changes</h3>`}
    ${norm.map((text) => block(text, "text"))}
    <h3>The review to judge</h3>
    ${block(review, "review")}
  </section>`;
}

/** A line break right behind the tag is not shown, so the text's own first one is kept by another. */
function block(text: string, kind: "diff" | "text" | "review") {
  return html`<pre class="${kind}">${`\n${visibleText(text)}`}</pre>`;
}

function hash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
