/** The exit code of a failure of the program itself, which no verdict uses. */
export const defectExitCode = 70;

/** Tells of a failure of the program itself with its stack. */
export function reportDefect(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`nitbench failed unexpectedly; this is a defect:\n${stack}\n`);
}

/** Ends the process on an error that nobody caught. */
export function exitOnDefect(error: unknown): void {
  reportDefect(error);
  process.exit(defectExitCode);
}
