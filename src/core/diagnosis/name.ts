/** A name of a cluster that needs no quotes in a shell: its parts joined by colons, each in lower case without blanks. */
export function clusterName(...parts: string[]): string {
  return parts.map((part) => part.toLowerCase().replaceAll(/[^\p{L}\p{N}+#._-]+/gu, "-")).join(":");
}
