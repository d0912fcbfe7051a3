// How long a request's head is waited for: the first one and one that has begun, or another one on a kept connection.
import type { ConnectionLimits } from "./connection-owner.ts";

/** A client may send when it believes the connection kept; it is closed a little later than told. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/** Times by performance.now(). */
export class HeadTimer {
  #sinceMs = performance.now();
  #awaits: "first" | "next" | "rest" = "first";

  /** Some of it is there. */
  begun(): void {
    if (this.#awaits !== "rest") this.#await("rest");
  }

  /** The request before it is over. */
  next(): void {
    this.#await("next");
  }

  isOver(nowMs: number, limits: ConnectionLimits): boolean {
    const keptMs = limits.keep_alive_ms + KEEP_ALIVE_MARGIN_MS;
    return nowMs - this.#sinceMs >= (this.#awaits === "next" ? keptMs : limits.head_ms);
  }

  #await(what: "next" | "rest"): void {
    this.#awaits = what;
    this.#sinceMs = performance.now();
  }
}
