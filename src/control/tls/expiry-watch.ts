// Tells in the log, once an hour, which certificates, authorities and revocation lists end soon or have ended.
import { type ExpiryState, expiryState } from "../../core/expiry.ts";
import type { Log } from "../../core/log.ts";
import type { CertificateFacts } from "./pem-files.ts";

export interface ExpiryWatch {
  /** The first time at once. */
  readonly start: () => void;
  /** For those that came with another config: tells what was not told in this hour. */
  readonly look: () => void;
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
  let told = new Set<string>();
  const look = (): void => {
    const ending = endingOf(certificates(), nowMs()).filter((each) => !told.has(wordsOf(each)));
    for (const each of ending) told.add(wordsOf(each));
    for (const each of ending.slice(0, MOST_LINES)) {
      const { keyPath: key, file, notBeforeMs, notAfterMs } = each;
      const [not_before, not_after] = [notBeforeMs, notAfterMs].map((ms) =>
        new Date(ms).toISOString(),
      );
      log.warn(EVENTS[expiryState(each, nowMs())], { key, file, not_before, not_after });
    }
    const more = ending.length - MOST_LINES;
    if (more > 0) log.warn("more_certificates_expire", { count: more });
  };
  return {
    start() {
      look();
      timer = setInterval(() => {
        told = new Set();
        look();
      }, EVERY_MS).unref();
    },
    look,
    stop: () => clearInterval(timer),
  };
}

const EVENTS: Readonly<Record<ExpiryState, string>> = {
  ok: "",
  soon: "certificate_expires_soon",
  expired: "certificate_expired",
  future: "certificate_not_yet_valid",
};

function wordsOf({ keyPath, file, notBeforeMs, notAfterMs }: CertificateFacts): string {
  return JSON.stringify([keyPath, file, notBeforeMs, notAfterMs]);
}

/** Those that do not hold yet, end soon or have ended, the first to end first. */
export function endingOf(
  certificates: readonly CertificateFacts[],
  nowMs: number,
): readonly CertificateFacts[] {
  return certificates
    .filter((each) => expiryState(each, nowMs) !== "ok")
    .sort((one, other) => one.notAfterMs - other.notAfterMs);
}
