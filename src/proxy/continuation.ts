// Expect: 100-continue: the upstream says whether the body is wanted (RFC 9110 section 10.1.1).
import type { Exchange } from "./exchange.ts";

/** Many servers ignore the expectation; clients wait about a second for an answer (curl's default). */
const PATIENCE_MS = 500;

export interface Continuation {
  /** Asks the client for the body, once. */
  readonly grant: () => void;
  readonly stop: () => void;
}

/**
 * For an attempt whose head asked the upstream: its 100 is passed on by `grant`. An upstream that
 * says nothing for so long is taken to want the body; `silenceMs` is what a client is waited for.
 */
export function awaitContinue(exchange: Exchange, silenceMs: number): Continuation {
  const grant = (): void => {
    stop();
    const { downstream } = exchange;
    if (exchange.continued || downstream.replied || downstream.gone) return;
    exchange.continued = true;
    downstream.sendContinue();
  };
  const timer = setTimeout(grant, Math.min(PATIENCE_MS, silenceMs / 2));
  const stop = (): void => clearTimeout(timer);
  if (exchange.continued) stop();
  return { grant, stop };
}
