import { describe, expect, it } from "vitest";
import { originOf } from "../../../src/reporters/html/origin.ts";

describe("the origin of a case", () => {
  it.each([
    ["https://github.com/calcom/cal.com/pull/8087", "calcom/cal.com#8087"],
    ["https://gitlab.com/group/part/tool/-/merge_requests/7", "group/part/tool#7"],
    ["https://codeberg.org/me/tool/pulls/7", "me/tool#7"],
  ])("is repository and number for %s", (pr, text) => {
    expect(originOf({ repo: "calcom/cal.com", pr })).toEqual({ text, href: pr });
  });

  it("names the host of any other address, so that the text leads where it says", () => {
    expect(
      originOf({ repo: "calcom/cal.com", pr: "https://github.com.evil.example/calcom/cal.com/pull/8087" })?.text,
    ).toBe("github.com.evil.example/calcom/cal.com/pull/8087");
    expect(originOf({ pr: "https://review.example:8443/c/12?tab=files#top" })).toEqual({
      text: "review.example:8443/c/12?tab=files#top",
      href: "https://review.example:8443/c/12?tab=files#top",
    });
    expect(originOf({ pr: "https://github.com/a/b/pull/1?to=c" })?.text).toBe("github.com/a/b/pull/1?to=c");
  });

  it.each([
    "javascript:alert(1)",
    "http://github.com/a/b/pull/1",
    "data:text/html,x",
    "https://name:word@github.com/a/b/pull/1",
    "//github.com/a/b/pull/1",
    "file:///etc/passwd",
  ])("is no link for %s", (pr) => {
    expect(originOf({ pr })).toEqual({ text: pr });
  });

  it("leaves nothing in an address that could be taken for markup or for another script", () => {
    expect(originOf({ pr: `https://example.org/"><script>\u202e` })?.href).toBe(
      "https://example.org/%22%3E%3Cscript%3E%E2%80%AE",
    );
  });

  it("is repository and number, or what there is of them", () => {
    expect(originOf({ repo: "example/depot", pr: 12 })).toEqual({ text: "example/depot#12" });
    expect(originOf({ repo: "example/depot", pr: "#12" })).toEqual({ text: "example/depot#12" });
    expect(originOf({ pr: 12 })).toEqual({ text: "#12" });
    expect(originOf({ repo: "example/depot", pr: "change I3f" })).toEqual({ text: "example/depot change I3f" });
    expect(originOf({ repo: "example/depot" })).toEqual({ text: "example/depot" });
    expect(originOf({})).toBeNull();
  });
});
