// A listener whose owner is the test: what it opens, tells and fails is kept, and nothing is answered unasked.
import { onTestFinished, vi } from "vitest";
import type { Downstream, Watcher } from "../../src/downstream/downstream.ts";
import type { ServerTls } from "../../src/downstream/options.ts";
import { createListener, type ListenerLimits } from "../../src/downstream/listener.ts";
import type { WeirError } from "../../src/core/errors.ts";

/** One exchange with all that its watcher and its sink were told. */
export class Served implements Watcher {
  readonly downstream: Downstream;
  readonly told: WeirError[] = [];
  body = "";
  trailers: readonly string[] | null = null;
  silences = 0;
  #wake: (() => void)[] = [];

  constructor(downstream: Downstream) {
    this.downstream = downstream;
    downstream.watcher = this;
  }

  breakOff(error: WeirError): void {
    this.told.push(error);
    this.#changed();
  }

  read(silenceMs = 0): void {
    this.downstream.readBody(this, silenceMs);
  }

  data(chunk: Buffer): void {
    this.body += chunk.toString("latin1");
    this.#changed();
  }

  end(trailers: readonly string[]): void {
    this.trailers = trailers;
    this.#changed();
  }

  silent(): void {
    this.silences++;
    this.#changed();
  }

  /** Resolves once `holds`, looked at whenever something is told. */
  async until(holds: (served: this) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  reply(body: Buffer | string, fields: readonly string[] = []): void {
    const length = String(Buffer.byteLength(body));
    this.downstream.sendHead(200, "OK", ["Content-Length", length, ...fields]);
    this.downstream.end(body, []);
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export interface Serving extends AsyncDisposable {
  readonly port: number;
  readonly served: Served[];
  /** Codes of what was refused, and what the owner threw. */
  readonly refused: string[];
  readonly failures: unknown[];
  /** Limit and address of each client that was closed at once. */
  readonly turnedAway: (readonly [limit: string, address: string])[];
  readonly exchange: (nth: number) => Promise<Served>;
  readonly drain: (graceMs: number) => Promise<void>;
}

export interface ServeSetup {
  readonly limits?: Partial<ListenerLimits>;
  readonly opened?: (served: Served, nth: number) => void;
  readonly refuse?: (error: WeirError) => string | null;
  readonly isProxy?: (address: string) => boolean;
  readonly tls?: ServerTls;
  readonly restBeyond?: number;
}

const LIMITS: ListenerLimits = {
  header_bytes: 4_096,
  head_ms: 10_000,
  keep_alive_ms: 65_000,
  connections: 100,
  source_connections: 100,
};

export const REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

export async function serve({
  limits,
  opened,
  refuse,
  isProxy = () => false,
  tls,
  restBeyond,
}: ServeSetup = {}): Promise<Serving> {
  const served: Served[] = [];
  const refused: string[] = [];
  const failures: unknown[] = [];
  const turnedAway: (readonly [string, string])[] = [];
  const waiting: (() => void)[] = [];
  const listener = createListener({
    tls: tls ?? null,
    ...(restBeyond === undefined ? {} : { restBeyond }),
    ticketSecret: new Uint8Array(32),
    limits: { ...LIMITS, ...limits },
    isProxy,
    turnedAway: (...what) => void turnedAway.push(what),
    handshakeFailed: () => undefined,
    opened(downstream) {
      const one = new Served(downstream);
      served.push(one);
      for (const wake of waiting.splice(0)) wake();
      opened?.(one, served.length - 1);
    },
    refused(error) {
      refused.push(error.code);
      return refuse === undefined ? REFUSAL : refuse(error);
    },
    failed: (thrown) => void failures.push(thrown),
  });
  const port = await listener.listen({ host: "127.0.0.1", port: 0 }, false);
  return {
    port,
    served,
    refused,
    failures,
    turnedAway,
    drain: listener.drain,
    async exchange(nth) {
      while (served.length <= nth) await new Promise<void>((resolve) => waiting.push(resolve));
      return served[nth]!;
    },
    [Symbol.asyncDispose]: () => listener.drain(0),
  };
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** What a pause is made of: a halt of the process takes one of them, and the timers behind it have the others. */
const STEP_MS = 25;

/** Ends behind what sockets had to tell by then: after a halt of the process timers come first. */
export async function pause(ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, STEP_MS)));
  }
  for (let nth = 0; nth < 3; nth++) await turn();
}

/** The clock of what waits too long, stopped until the end of the test; what is given back moves it on. */
export function stopClock(): (ms: number) => void {
  let nowMs = performance.now();
  const spy = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => {
    spy.mockRestore();
  });
  return (ms) => (nowMs += ms);
}
