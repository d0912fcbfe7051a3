// Verifies passwords in a thread of its own that gives way to the traffic; it is there from the first password on.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { PasswordHash } from "./password-hash.ts";
import type { PasswordAnswer, PasswordOrder } from "./password-thread.ts";

/** null: it could not be tried. Never rejects. */
export type VerifyPassword = (password: string, hash: PasswordHash) => Promise<PasswordAnswer>;

// Type stripping runs the .ts, the build runs the .js.
const ENTRY = new URL(`./password-thread${extname(import.meta.filename)}`, import.meta.url);
/** It holds strings; what a hash takes lies outside. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 } as const;

/**
 * A hash takes a core for tens of milliseconds. In libuv's pool it would have it at the expense of the
 * data workers, which have the same priority there, and of file and DNS work, which waits behind it.
 */
export function createPasswordVerifier(entry: URL = ENTRY): VerifyPassword {
  let thread: PasswordThread | null = null;
  return (password, hash) => {
    if (thread?.hasEnded !== false) thread = new PasswordThread(entry);
    return thread.verify({ password, hash });
  };
}

/** Answers come in the order of what was asked. */
class PasswordThread {
  readonly #worker: Worker;
  readonly #waiting: ((answer: PasswordAnswer) => void)[] = [];
  hasEnded = false;

  constructor(entry: URL) {
    this.#worker = new Worker(entry, { name: "weir-passwords", resourceLimits });
    this.#worker.on("message", (answer: PasswordAnswer) => this.#settle(answer));
    // Its end follows.
    this.#worker.on("error", () => undefined);
    this.#worker.once("exit", () => {
      this.hasEnded = true;
      while (this.#waiting.length > 0) this.#settle(null);
    });
  }

  verify(order: PasswordOrder): Promise<PasswordAnswer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#worker.ref();
      this.#worker.postMessage(order);
    });
  }

  #settle(answer: PasswordAnswer): void {
    this.#waiting.shift()?.(answer);
    // Nothing to wait for any more, so it keeps nobody from ending.
    if (this.#waiting.length === 0) this.#worker.unref();
  }
}
