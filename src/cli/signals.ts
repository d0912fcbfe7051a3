// Signals of a long-running command: one ends it in order, a second one at once, SIGHUP reloads.

const EXIT_FORCED = 130;

/** Resolves at the first SIGINT or SIGTERM; the next one ends the process without waiting. */
export function untilSignalled({ reload }: { readonly reload: () => void }): Promise<void> {
  process.on("SIGHUP", reload);
  return new Promise((resolve) => {
    const end = (): void => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.off(signal, end);
        process.on(signal, () => process.exit(EXIT_FORCED));
      }
      resolve();
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}
