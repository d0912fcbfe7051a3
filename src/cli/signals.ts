// Signals of a long-running command: one ends it in order, a second one at once, SIGHUP reloads.
import { closeSync, openSync } from "node:fs";

const EXIT_FORCED = 130;
/** npm passes Ctrl-C on to what the terminal has already told: that is no second wish. */
const SAME_WISH_MS = 500;

/** Resolves at the first SIGINT or SIGTERM, or with its terminal; a later one ends at once. */
export function untilSignalled({ reload }: { readonly reload: () => void }): Promise<void> {
  const hadTerminal = hasTerminal();
  return new Promise((resolve) => {
    let endsSinceMs: number | null = null;
    const end = (): void => {
      endsSinceMs ??= performance.now();
      if (performance.now() - endsSinceMs > SAME_WISH_MS) process.exit(EXIT_FORCED);
      resolve();
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
    process.on("SIGHUP", () => (hadTerminal && !hasTerminal() ? end() : reload()));
  });
}

/** A closed terminal sends SIGHUP too, and is nobody's controlling terminal any more. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
