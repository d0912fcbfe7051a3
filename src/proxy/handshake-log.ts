// Tells the log of TLS handshakes that came to nothing: each reason at once, then once a minute how many more.
import type { Log } from "../core/log.ts";

const PAUSE_MS = 60_000;
/** OpenSSL has some hundred reasons, of which clients bring about a few. */
const MAX_REASONS = 64;

export function createHandshakeLog(
  log: Log,
  nowMs: () => number,
): (reason: string, address: string) => void {
  const told = new Map<string, { readonly atMs: number; unsaid: number }>();
  return (reason, address) => {
    const last = told.get(reason);
    const now = nowMs();
    if (last !== undefined && now - last.atMs < PAUSE_MS) {
      last.unsaid += 1;
      return;
    }
    if (told.size >= MAX_REASONS) told.clear();
    told.set(reason, { atMs: now, unsaid: 0 });
    log.warn("tls_handshake_failed", { reason, address, unsaid: last?.unsaid ?? 0 });
  };
}
