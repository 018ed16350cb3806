import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { renderLabelSheet } from "../../src/reporters/label-sheet.ts";

const item = {
  item: "0a1b2c3d4e",
  caseId: "cart.clean",
  review: "</pre><script>alert(1)</script>\u202E",
  diff: "\n+<b>x</b>\n",
  references: ["The list may be empty."],
  norm: ["Close the file."],
};
const axes = [{ name: "theme", definition: "passes when <it> raises the same" }];

it("shows what a person needs to judge, and not which case it is", async () => {
  const page = await renderLabelSheet("review", axes, [item]);
  for (const text of [
    "0a1b2c3d4e",
    "The list may be empty.",
    "Close the file.",
    "passes when &lt;it&gt; raises the same",
  ]) {
    expect(page).toContain(text);
  }
  expect(page).not.toContain("cart.clean");
  expect(page).toContain('<pre class="diff">\n\n+&lt;b&gt;x&lt;/b&gt;\n</pre>');
});

it("runs nothing and loads nothing, whatever a review says", async () => {
  const page = await renderLabelSheet("review", axes, [item]);
  expect(page).not.toContain("<script");
  expect(page).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩");
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
  const styleHash = createHash("sha256").update(style, "utf8").digest("base64");
  expect(policy).toBe(`default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`);
  expect(page).not.toMatch(/ (?:src|href|style|on\w+)=/);
});

it("says where nothing is known of the change, or of how people write", async () => {
  const page = await renderLabelSheet("review", axes, [{ ...item, diff: "", norm: [] }]);
  expect(page).toContain("Its diff is not known.");
  expect(page).not.toContain("How they write about other changes");
});
