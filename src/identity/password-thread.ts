// Entry of the thread that verifies one worker's passwords, one after the other, where nothing else has to be done.
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { type PasswordHash, verifyNow } from "./password-hash.ts";

export interface PasswordOrder {
  readonly password: string;
  readonly hash: PasswordHash;
}

/** null: it could not be tried, such as for want of memory. */
export type PasswordAnswer = boolean | null;

/** About a tenth of a core where traffic wants all of them, and all of one where it doesn't. */
const NICENESS = 10;

// Of this thread alone, there; elsewhere it would be the whole process.
if (process.platform === "linux") setPriority(0, NICENESS);

parentPort?.on("message", ({ password, hash }: PasswordOrder) => {
  parentPort?.postMessage(answerTo(password, hash));
});

function answerTo(password: string, hash: PasswordHash): PasswordAnswer {
  try {
    return verifyNow(password, hash);
  } catch {
    return null;
  }
}
