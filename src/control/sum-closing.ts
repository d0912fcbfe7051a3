// Each minute, makes the sums whose time is over (src/store/closings.ts).
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Store } from "../store/client.ts";
import { closeSums, readStoreClock } from "../store/closings.ts";

export interface SumClosing {
  readonly start: () => void;
  /** What is done each minute; never rejects. */
  readonly close: () => Promise<void>;
  readonly stop: () => void;
}

interface SumClosingParts {
  readonly store: { readonly store: () => Store | null };
  readonly log: Log;
}

const EVERY_MS = 60_000;

export function createSumClosing({ store, log }: SumClosingParts): SumClosing {
  let timer: NodeJS.Timeout | undefined;
  let isClosing = false;
  const close = async (): Promise<void> => {
    const there = store.store();
    if (there === null || isClosing) return;
    isClosing = true;
    try {
      const made = await closeSums(there, await readStoreClock(there));
      if (made > 0) log.debug("sums_closed", { made });
    } catch (thrown) {
      // Until it succeeds, what asks for them reads the finer ones.
      log.debug("sums_not_closed", { reason: messageOf(thrown) });
    } finally {
      isClosing = false;
    }
  };
  return {
    start() {
      timer = setInterval(() => void close(), EVERY_MS).unref();
    },
    close,
    stop: () => clearInterval(timer),
  };
}
