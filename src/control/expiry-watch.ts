// Tells in the log, once an hour, which certificates, authorities and revocation lists end soon or have ended.
import { expiryState } from "../core/expiry.ts";
import type { Log } from "../core/log.ts";
import type { CertificateFacts } from "./pem-files.ts";

export interface ExpiryWatch {
  /** The first time at once. */
  readonly start: () => void;
  readonly stop: () => void;
}

export interface ExpiryWatchParts {
  readonly certificates: () => readonly CertificateFacts[];
  readonly nowMs: () => number;
  readonly log: Log;
}

const EVERY_MS = 3_600_000;
/** The first to end; a thousand lines would hide all others. */
const MOST_LINES = 10;

export function createExpiryWatch({ certificates, nowMs, log }: ExpiryWatchParts): ExpiryWatch {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const ending = endingOf(certificates(), nowMs());
    for (const { keyPath: key, file, notAfterMs } of ending.slice(0, MOST_LINES)) {
      const not_after = new Date(notAfterMs).toISOString();
      const event = notAfterMs > nowMs() ? "certificate_expires_soon" : "certificate_expired";
      log.warn(event, { key, file, not_after });
    }
    const more = ending.length - MOST_LINES;
    if (more > 0) log.warn("more_certificates_expire", { count: more });
  };
  return {
    start() {
      look();
      timer = setInterval(look, EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}

/** Those that end soon or have ended, the first to end first. */
export function endingOf(
  certificates: readonly CertificateFacts[],
  nowMs: number,
): readonly CertificateFacts[] {
  return certificates
    .filter((each) => expiryState(each, nowMs) !== "ok")
    .sort((one, other) => one.notAfterMs - other.notAfterMs);
}
