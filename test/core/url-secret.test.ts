import { describe, expect, test } from "vitest";
import { carriesSecret, hideSecrets } from "../../src/core/url-secret.ts";

describe("carriesSecret", () => {
  test.each([
    "http://user:s3cret@h/v1",
    "http://user@h/v1",
    "http://u:sk/abc@h/v1",
    "http://u:12?x@h/v1",
    "https://h/v1?api_key=s3cret",
    "https://h/v1?version=1&X-Amz-Signature=s3cret",
    "https://h/v1?acc%65ss_tok%65n=s3cret",
    "https://h/v1?a=1;password=s3cret",
    "https://h/v1#auth=s3cret",
    "https://h:80x/v1?secret",
  ])("sees it in %s", (url) => {
    expect(carriesSecret(url)).toBe(true);
  });

  test.each([
    "http://127.0.0.1:8000/v1",
    "https://h/v1?api-version=2024-10-21",
    "https://h/keys/token/v1",
    "https://h/%40me",
  ])("lets %s pass", (url) => {
    expect(carriesSecret(url)).toBe(false);
  });
});

describe("hideSecrets", () => {
  test.each([
    ["openai:m@http://user:s3cret@h/v1", "openai:m@http://…@h/v1"],
    ["openai:m@http://u:sk/abc@h/v1", "openai:m@http://…@h/v1"],
    ["openai:m@http://u:p@ss@h/v1", "openai:m@http://…@h/v1"],
    ["http://h/review?version=2&api_key=s3cret&x=1", "http://h/review?version=2&api_key=…&x=1"],
    ["reviewer.baseUrl=ftp://u:p@h", "reviewer.baseUrl=ftp://…@h"],
    ["command:curl 'http://u:p@h/?token=t' -d @case", "command:curl 'http://…@h/?token=…' -d @case"],
  ])("of %s leaves %s", (text, hidden) => {
    expect(hideSecrets(text)).toBe(hidden);
  });

  test.each([
    "openai:m@http://127.0.0.1:8000/v1?api-version=1",
    'reviewers=["openai:m@http://h/v1","openai:org/n@v2"]',
    "reviewers=[openai:m@http://h/v1,openai:n@http://h2/v1]",
    "command:./review.sh --token-limit=5 @file",
    "dataset.where=author == me@example.org",
  ])("leaves %s as it is", (text) => {
    expect(hideSecrets(text)).toBe(text);
  });
});
