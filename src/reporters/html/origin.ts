import type { Case } from "../../core/case.ts";

/** Where a change comes from: a short text, and the address behind it where it has one that is safe to follow. */
export interface Origin {
  text: string;
  /** An absolute https address, percent-encoded. */
  href?: string;
}

/** Hosts whose addresses are known to be repository and number, so that these may stand for them. */
const forges = ["github.com", "gitlab.com", "codeberg.org"];

/**
 * The origin of a case, null where none is known: `example/depot#12` for a number or for the address of a known forge,
 * host and path for every other https address, so that no text names another place than the one that it leads to.
 */
export function originOf({ repo, pr }: Pick<Case, "repo" | "pr">): Origin | null {
  const address = typeof pr === "string" ? safeAddress(pr) : null;
  if (address !== null) return { text: shortAddress(address), href: address.href };
  if (pr === undefined) return repo === undefined ? null : { text: repo };
  const isNumber = /^#?\d+$/.test(String(pr));
  const name = isNumber ? `#${String(pr).replace("#", "")}` : String(pr);
  return { text: repo === undefined ? name : `${repo}${isNumber ? "" : " "}${name}` };
}

function safeAddress(text: string): URL | null {
  const address = URL.parse(text);
  const isSafe = address?.protocol === "https:" && address.username === "" && address.password === "";
  return isSafe ? address : null;
}

function shortAddress({ host, pathname, search, hash }: URL): string {
  const known = /^\/(?<repo>[\w.-]+(?:\/[\w.-]+)+?)\/(?:-\/)?(?:pulls?|merge_requests)\/(?<number>\d+)\/?$/.exec(
    pathname,
  );
  if (known?.groups !== undefined && forges.includes(host) && search === "" && hash === "")
    return `${known.groups["repo"]}#${known.groups["number"]}`;
  return `${host}${pathname === "/" ? "" : pathname}${search}${hash}`;
}
