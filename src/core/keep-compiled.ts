// Keeps what Node compiled for the next start also where this process is killed.
import { flushCompileCache } from "node:module";

/** Past the rush of a start: writing takes up to 100 ms where all is new, and nothing otherwise. */
const WHEN_MS = 3_000;

/** Each thread keeps its own; by itself Node does so only when the thread ends in order. */
export function keepCompiled(): void {
  setTimeout(flushCompileCache, WHEN_MS).unref();
}
