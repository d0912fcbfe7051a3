// Finds differences that are there each time: a busy machine's halt looks like a silent client or upstream, once.
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 3;
/** By then what a halted try left behind has come to its end. */
const REST_MS = 500;

/** What the first try that succeeds gives; rejects as the last one where none does. */
export async function steadily<T>(look: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await look();
    } catch (thrown) {
      if (tries === TRIES) throw thrown;
      await sleep(REST_MS);
    }
  }
}
