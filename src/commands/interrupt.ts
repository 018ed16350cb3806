/** A closed terminal too must leave no server behind. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first interrupt ends what runs in good order, the second at once. */
export function catchInterrupt(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("interrupted"));
  };
  for (const ending of endings) process.on(ending, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const ending of endings) process.off(ending, onSignal);
    },
  };
}
