// TLS handshakes under way: the connection under each, for Node hands another socket out once it is secure.
import type { Socket } from "node:net";
import { connectionKey } from "./handshake.ts";

export type Listeners = ReadonlyMap<string | symbol, readonly unknown[]>;

export interface OpenHandshake {
  readonly plain: Socket;
  /** Those of weir's on it. */
  readonly own: Listeners;
  /** What was read of it before TLS began: a hello, and nothing else as a rule. */
  helloBytes: number;
}

export class OpenHandshakes {
  readonly #open = new Map<string, OpenHandshake>();

  begin(plain: Socket): OpenHandshake {
    const key = connectionKey(plain);
    const begun = { plain, own: listenersOf(plain), helloBytes: 0 };
    this.#open.set(key, begun);
    plain.on("close", () => this.#open.get(key) === begun && this.#open.delete(key));
    return begun;
  }

  /** What is under a secure socket; undefined where that is gone. */
  over(secure: Socket): OpenHandshake | undefined {
    const key = connectionKey(secure);
    const begun = this.#open.get(key);
    this.#open.delete(key);
    return begun;
  }

  cut(): void {
    for (const { plain } of this.#open.values()) plain.destroy();
  }
}

function listenersOf(plain: Socket): Listeners {
  return new Map(plain.eventNames().map((event) => [event, plain.listeners(event)]));
}
