/** Names of query parameters that hold a secret as a rule. */
const secretName = /key|token|secret|sig|pass|auth/i;

/** What is said of a URL that carries a secret: neither the secret nor what stands beside it. */
export const secretAdvice =
  "a URL must not carry a key (put it in an environment variable and name that as reviewer.keyVariable; write an @ of a path as %40)";

/**
 * Whether a URL carries a user part, or a query parameter that is named like a secret. Every "@" counts as a user part's
 * end: with an unescaped "/" or "?" in its password a URL parses as another one, whose path or query holds the rest.
 */
export function carriesSecret(url: string): boolean {
  if (url.includes("@")) return true;
  const query = /[?#](.*)$/s.exec(url)?.[1] ?? "";
  return [...new URLSearchParams(query.replaceAll(/[?#;]/g, "&")).keys()].some((name) => secretName.test(name));
}

/** A text in which the user parts of URLs, and their query's values that are named like secrets, are "…". */
export function hideSecrets(text: string): string {
  return text.replaceAll(/[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi, (url) =>
    url
      // An "@" before a scheme is that of a model reference: ID@URL.
      .replaceAll(/:\/\/(?:(?!:\/\/).)*@(?!https?:)/g, "://…@")
      .replaceAll(/([?&#;])([^=?&#;]*)=[^?&#;]*/g, (pair, mark: string, name: string) =>
        secretName.test(name) ? `${mark}${name}=…` : pair,
      ),
  );
}
