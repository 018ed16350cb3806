import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlindCase } from "../../src/core/case.ts";
import { UsageError } from "../../src/core/errors.ts";
import { checkShowsChange, parsePrompt, renderPrompt } from "../../src/core/prompt.ts";

const file = "prompts/mine.md";
const bare: BlindCase = { diff: "+a", language: "go" };
const full: BlindCase = {
  ...bare,
  title: "Faster",
  repo: "org/name",
  changeAuthor: "Ada",
  files: { "x.go": "package x" },
  context: {
    task: "Make it fast",
    rules: "No globals",
    retrieved: [
      { path: "a.go", text: "A" },
      { path: "b.go", text: "B" },
    ],
    checks: [{ tool: "vet", output: "ok" }],
  },
};
const render = (template: string, source: BlindCase = full) => renderPrompt(parsePrompt(template, file), source);

describe("parsePrompt", () => {
  test("lists the fields that the template uses", () => {
    const prompt = parsePrompt(
      "{{#title}}{{title}}{{/title}}{{#files.length}}{{#files}}{{path}}{{/files}}{{/files.length}}",
      file,
    );
    expect(prompt.fields).toEqual(["title", "files"]);
  });

  test.each([
    [
      "an unknown field",
      "one\ntwo {{tittle}}",
      ':2: unknown field "tittle" (did you mean "title"? known: diff, language,',
    ],
    ["an unknown section", "{{#checkz}}{{/checkz}}", ':1: unknown field "checkz" (did you mean "checks"?'],
    ["an unknown inverted section", "\n\n{{^rule}}{{/rule}}", ':3: unknown field "rule" (did you mean "rules"?'],
    ["an unknown unescaped field", "{{{dif}}}", ':1: unknown field "dif" (did you mean "diff"?'],
    ["the id of the case", "{{id}}", ':1: unknown field "id"'],
    ["the answers", "{{#bugs}}{{/bugs}}", ':1: unknown field "bugs"'],
    ["what every object has", "{{constructor}}", ':1: unknown field "constructor"'],
    ["a list's field outside of the list", "{{path}}", ':1: unknown field "path"'],
    ["a field of another list", "{{#checks}}\n{{path}}\n{{/checks}}", ':2: unknown field "path"'],
    ["a list's field in its inverted section", "{{^files}}{{path}}{{/files}}", ':1: unknown field "path"'],
    ["the current value outside of a section", "{{.}}", ':1: unknown field "."'],
    [
      "the current value in a list of objects",
      "{{#title}}{{#files}}{{.}}{{/files}}{{/title}}",
      ':1: unknown field "."',
    ],
    ["a list shown as a value", "{{files}}", ':1: "files" is a list (write {{#files}}…{{/files}})'],
    ["a partial", "a\n{{> header}}", ':2: got the partial "header" (write its text here instead)'],
    ["an open section", "a\n{{#title}}\nb", ':3: unclosed section "title" (close what is open'],
    ["a section closed by another name", "a\n{{#title}}{{/diff}}", ':2: unclosed section "title"'],
    ["an open tag", "a\nb {{title", ":2: unclosed tag (close what is open"],
    ["an unknown field behind changed delimiters", "{{=<% %>=}}\n<% nope %>", ':2: unknown field "nope"'],
  ])("refuses %s with its line", (_, template, message) => {
    expect(() => parsePrompt(template, file)).toThrow(UsageError);
    expect(() => parsePrompt(template, file)).toThrow(`${file}${message}`);
  });
});

describe("checkShowsChange", () => {
  test.each(["Review", "{{title}}", "{{! diff }}", "{{#files}}{{text}}{{/files}}"])("refuses %j", (template) => {
    const prompt = parsePrompt(template, file);
    expect(() => checkShowsChange(prompt)).toThrow(UsageError);
    expect(() => checkShowsChange(prompt)).toThrow(`${file}: it does not show the change (write {{diff}}`);
  });

  test.each(["{{diff}}", "{{{diff}}}", "{{#diff}}{{.}}{{/diff}}", "{{#title}}{{diff}}{{/title}}"])(
    "takes %j",
    (template) => {
      expect(() => checkShowsChange(parsePrompt(template, file))).not.toThrow();
    },
  );
});

describe("renderPrompt", () => {
  test("shows every field", () => {
    const template =
      "{{diff}}|{{language}}|{{title}}|{{repo}}|{{changeAuthor}}|{{task}}|{{rules}}|{{#retrieved}}{{path}}={{text}};{{/retrieved}}|{{#checks}}{{tool}}={{output}}{{/checks}}|{{#files}}{{path}}={{text}}{{/files}}";
    expect(render(template)).toBe(
      "+a|go|Faster|org/name|Ada|Make it fast|No globals|a.go=A;b.go=B;|vet=ok|x.go=package x",
    );
  });

  test("leaves out the sections of what a case lacks", () => {
    const template =
      "{{#title}}T {{.}}{{/title}}{{^title}}untitled{{/title}}{{#checks.length}}{{checks.length}} checks{{/checks.length}}";
    expect(render(template)).toBe("T Faster1 checks");
    expect(render(template, bare)).toBe("untitled");
  });

  test("writes a heading over a list once", () => {
    expect(render("{{#retrieved.length}}Code:{{#retrieved}} {{path}}{{/retrieved}}{{/retrieved.length}}")).toBe(
      "Code: a.go b.go",
    );
  });

  test("puts values in as they are, whatever they hold", () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom("{{title}}", "{{#diff}}", "{{=<% %>=}}", "<b>&amp;'\"/`=", "$&"),
    );
    fc.assert(
      fc.property(value, value, (diff, title) => {
        expect(render("{{diff}}|{{{diff}}}|{{&title}}|{{#title}}{{.}}{{/title}}", { ...bare, diff, title })).toBe(
          `${diff}|${diff}|${title}|${title}`,
        );
      }),
    );
  });

  test("writes literal braces behind changed delimiters", () => {
    expect(render("{{=<% %>=}}{{ name }} <% diff %>")).toBe("{{ name }} +a");
  });

  test.each([
    ["three backticks without any in the case", bare, "```"],
    ["one more than the diff's longest run", { ...bare, diff: "+```md\n+````\n+`x`" }, "`````"],
    [
      "one more than a retrieved text's longest run",
      { ...bare, context: { retrieved: [{ path: "x", text: "````" }] } },
      "`````",
    ],
    ["one more than a complete file's longest run", { ...bare, files: { "x.md": "```" } }, "````"],
  ])("makes a fence of %s", (_, source, fence) => {
    expect(render("{{fence}}", source)).toBe(fence);
  });
});

describe.each(["review.md", "review-prose.md"])("prompts/%s", (name) => {
  const prompt = parsePrompt(readFileSync(new URL(`../../prompts/${name}`, import.meta.url), "utf8"), name);

  test("shows a case with all that a reviewer may know", () => {
    const shown = renderPrompt(prompt, full);
    for (const text of [
      "Faster",
      "Make it fast",
      "No globals",
      "b.go\n```\nB\n```",
      "vet\n```\nok\n```",
      "```diff\n+a\n```",
    ]) {
      expect(shown).toContain(text);
    }
  });

  test("shows nothing of what a case lacks", () => {
    const shown = renderPrompt(prompt, bare);
    expect(shown).not.toMatch(/Title:|What the change is for|Rules|Related|checks|\n\n\n/);
  });
});

test("prompts/review.md asks for an object in plain JSON", () => {
  const template = readFileSync(new URL("../../prompts/review.md", import.meta.url), "utf8");
  const example = renderPrompt(parsePrompt(template, "review.md"), bare)
    .split("\n")
    .find((line) => line.startsWith('{"findings": [{'));
  expect(Object.keys(JSON.parse(example ?? "{}").findings[0])).toEqual([
    "file",
    "lines",
    "severity",
    "category",
    "message",
    "confidence",
    "suggestion",
  ]);
});
