const fileLine =
  /^(?:diff --git |index [0-9a-f]{4,40}\.\.|--- (?:a\/|\/dev\/null)|\+\+\+ (?:b\/|\/dev\/null)|new file mode |deleted file mode |similarity index |rename (?:from|to) )/;
const hunkLine = /^@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@/;

/**
 * A test, to be asked of each line in turn, for the lines of a unified diff that a review quotes without a fence. A hunk
 * is as long as its header says, and ends early at a line that no hunk can hold.
 */
export function diffLines(): (line: string) => boolean {
  let oldLeft = 0;
  let newLeft = 0;
  return (line) => {
    const hunk = hunkLine.exec(line);
    if (hunk !== null) {
      oldLeft = Number(hunk[1] ?? 1);
      newLeft = Number(hunk[2] ?? 1);
      return true;
    }
    if (oldLeft > 0 || newLeft > 0) {
      const mark = line[0] ?? " ";
      if (mark === "\\") return true;
      if (mark === " " || mark === "-") oldLeft -= 1;
      if (mark === " " || mark === "+") newLeft -= 1;
      if (" +-".includes(mark)) return true;
      oldLeft = 0;
      newLeft = 0;
    }
    return fileLine.test(line);
  };
}
