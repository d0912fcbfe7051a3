// How far a long answer is, on a terminal's standard error; silent elsewhere.
import { count } from "./format.ts";

export interface Progress {
  readonly add: (done: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const SILENT: Progress = { add: () => undefined, end: () => undefined };
const EVERY_MS = 250;

/** `total` is what was counted before; more may come. */
export function progressOf(what: string, total: number): Progress {
  if (!process.stderr.isTTY) return SILENT;
  const startedMs = performance.now();
  let shownMs = startedMs;
  let done = 0;
  return {
    add: (more) => {
      done += more;
      const nowMs = performance.now();
      if (nowMs - shownMs < EVERY_MS) return;
      shownMs = nowMs;
      const share = Math.min(100, Math.floor((done / Math.max(1, total)) * 100));
      const rate = count((done / (nowMs - startedMs)) * 1000);
      process.stderr.write(`\r\u001B[K${what} … ${share} % of ${count(total)}, ${rate} requests/s`);
    },
    end: () => {
      if (shownMs !== startedMs) process.stderr.write("\r\u001B[K");
    },
  };
}
