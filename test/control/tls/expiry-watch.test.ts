// Certificates that do not hold now: told of at once when a config brings them, once an hour otherwise.
import { expect, onTestFinished, test, vi } from "vitest";
import { createExpiryWatch } from "../../../src/control/tls/expiry-watch.ts";
import type { CertificateFacts } from "../../../src/control/tls/pem-files.ts";
import { createLog } from "../../../src/core/log.ts";

const HOUR = 3_600_000;

function facts(file: string, notBeforeMs: number, notAfterMs: number): CertificateFacts {
  return {
    keyPath: "listen.https.certificates[0].cert",
    file,
    names: [],
    notBeforeMs,
    notAfterMs,
    isAuthority: false,
    pair: null,
  };
}

test("expired, soon to end, not yet valid: each by its own event, again after an hour", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  const log = createLog("info", (line) => {
    const { event, file } = JSON.parse(line) as { readonly event: string; readonly file: string };
    said.push(`${event} ${file}`);
  });
  let certificates = [facts("fine.crt", 0, 100 * HOUR)];
  const watch = createExpiryWatch({ certificates: () => certificates, nowMs: () => HOUR, log });
  watch.start();
  onTestFinished(watch.stop);
  expect(said).toEqual([]);
  certificates = [
    ...certificates,
    facts("old.crt", 0, HOUR),
    facts("ending.crt", 0, HOUR + 1),
    facts("early.crt", 2 * HOUR, 3 * HOUR),
  ];
  const all = [
    "certificate_expired old.crt",
    "certificate_expires_soon ending.crt",
    "certificate_not_yet_valid early.crt",
  ];
  watch.look();
  expect(said).toEqual(all);
  // Reloads come in storms.
  watch.look();
  expect(said).toEqual(all);
  vi.advanceTimersByTime(HOUR);
  expect(said).toEqual([...all, ...all]);
});
