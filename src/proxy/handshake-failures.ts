// TLS handshakes that came to nothing: counted in one place for all threads, by kinds that are few, and told to the log.
import { systemClock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { OnceAMinute } from "../core/once-a-minute.ts";

/** Where the client had connected to. */
export type TlsListener = "https" | "admin" | "collector";

/** The first that fits; reasons are OpenSSL's words or Node's codes. */
const KINDS: readonly (readonly [kind: string, reason: RegExp])[] = [
  ["timeout", /^ERR_TLS_HANDSHAKE_TIMEOUT$/],
  ["closed", /^(?:ECONNRESET|EPIPE)$|unexpected eof/],
  ["no_tls", /http request|wrong version number|https proxy request|packet length too long/],
  // What the client says of weir's certificate, as a rule.
  ["client_alert", /alert/],
  ["nothing_shared", /no shared|unsupported protocol|version too low|no suitable|no common/],
  ["other", /./],
];
const LISTENERS: readonly TlsListener[] = ["https", "admin", "collector"];
/** OpenSSL has some hundred, of which clients bring about a few. */
const MAX_REASONS = 64;

/** What all threads count in; survives structured clone as itself. */
export function createHandshakeFailures(): SharedArrayBuffer {
  return new SharedArrayBuffer(LISTENERS.length * KINDS.length * BigInt64Array.BYTES_PER_ELEMENT);
}

export interface HandshakeFailureCount {
  readonly listener: TlsListener;
  readonly reason: string;
  readonly count: number;
}

export function handshakeFailures(cells: SharedArrayBuffer): readonly HandshakeFailureCount[] {
  const counts = new BigInt64Array(cells);
  return LISTENERS.flatMap((listener, row) =>
    KINDS.map(([reason], at) => ({
      listener,
      reason,
      count: Number(Atomics.load(counts, row * KINDS.length + at)),
    })),
  );
}

export interface HandshakeReportParts {
  readonly cells: SharedArrayBuffer;
  readonly listener: TlsListener;
  readonly log: Log;
}

export type HandshakeFailed = (reason: string, address: string) => void;

export function createHandshakeReport({
  cells,
  listener,
  log,
}: HandshakeReportParts): HandshakeFailed {
  const counts = new BigInt64Array(cells);
  const row = LISTENERS.indexOf(listener) * KINDS.length;
  const told = new OnceAMinute(systemClock, MAX_REASONS);
  return (reason, address) => {
    const kind = KINDS.findIndex(([, words]) => words.test(reason));
    Atomics.add(counts, row + (kind < 0 ? KINDS.length - 1 : kind), 1n);
    const unsaid = told.ask(reason);
    if (unsaid !== null) log.warn("tls_handshake_failed", { reason, address, unsaid });
  };
}
