// Tells the log of upstreams that TLS fails with, each kind of failure once a minute.
import type { Clock } from "../core/clock.ts";
import type { WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { OnceAMinute } from "../core/once-a-minute.ts";

export type UpstreamTlsLog = (url: string, failure: WeirError) => void;

/** Endpoints times kinds of failure are few. */
const MAX_PLACES = 4_096;

export function createUpstreamTlsLog(log: Log, clock: Clock): UpstreamTlsLog {
  const places = new OnceAMinute(clock, MAX_PLACES);
  return (url, { code, message }) => {
    const unsaid = places.ask(`${url} ${code}`);
    if (unsaid === null) return;
    log.error("upstream_tls_failed", { upstream: url, code, cause: message, unsaid });
  };
}
