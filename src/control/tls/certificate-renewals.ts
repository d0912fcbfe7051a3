// Renews what the config names and its CA issued while weir runs: files first, then a reload swaps them in.
import { createRenewals, type RenewalEvent, type Renewals } from "../../ca/renewals.ts";
import type { Log } from "../../core/log.ts";
import type { Reloader } from "../reloader.ts";
import { shownFile } from "../named-file.ts";

export interface RenewalCounts {
  readonly renewed: number;
  /** Tries that failed. */
  readonly failed: number;
}

export interface CertificateRenewals extends Renewals {
  /** null while no CA is configured. */
  readonly counts: () => RenewalCounts | null;
}

export interface CertificateRenewalsParts {
  readonly reloader: Pick<Reloader, "current" | "reload">;
  readonly nowMs: () => number;
  readonly log: Log;
}

export function createCertificateRenewals(parts: CertificateRenewalsParts): CertificateRenewals {
  const { reloader, nowMs, log } = parts;
  let renewed = 0;
  let failed = 0;
  const told = (event: RenewalEvent): void => {
    if (event.kind === "renewed") {
      renewed++;
      const not_after = new Date(event.notAfterMs).toISOString();
      log.info("certificate_renewed", { file: shownFile(event.cert), not_after });
      void reloader.reload("renewal");
      return;
    }
    failed++;
    const { what, message: cause, retryInMs } = event;
    log.error("certificate_not_renewed", { what: shownFile(what), cause, retry_in_ms: retryInMs });
  };
  const folder = (): string => reloader.current().config.ca;
  const renewals = createRenewals({
    folder,
    pairs: () => reloader.current().tls.certificates.flatMap(({ pair }) => pair ?? []),
    nowMs,
    told,
  });
  return { ...renewals, counts: () => (folder() === "" ? null : { renewed, failed }) };
}
