// Tells the log of upstreams that TLS fails with: each kind of failure at once, then once a minute with how many more.
import type { Clock, Nanos } from "../core/clock.ts";
import type { WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";

export type UpstreamTlsLog = (url: string, failure: WeirError) => void;

const PAUSE_NS = 60e9;
/** Endpoints times kinds of failure are few; beyond this many all are told of anew. */
const MAX_PLACES = 4_096;

interface Told {
  readonly atNs: Nanos;
  unsaid: number;
}

export function createUpstreamTlsLog(log: Log, clock: Clock): UpstreamTlsLog {
  const places = new Map<string, Told>();
  return (url, { code, message }) => {
    const place = `${url} ${code}`;
    const told = places.get(place);
    const nowNs = clock.nowNs();
    if (told !== undefined && nowNs - told.atNs < PAUSE_NS) {
      told.unsaid += 1;
      return;
    }
    if (places.size >= MAX_PLACES) places.clear();
    places.set(place, { atNs: nowNs, unsaid: 0 });
    log.error("upstream_tls_failed", {
      upstream: url,
      code,
      cause: message,
      unsaid: told?.unsaid ?? 0,
    });
  };
}
