// Looks after the certificates in force: those of weir's own CA are renewed in time, the end of any is told of before it comes.
import { createExpiryWatch } from "./expiry-watch.ts";
import {
  type CertificateRenewalsParts,
  createCertificateRenewals,
  type RenewalCounts,
} from "./certificate-renewals.ts";

export interface CertificateCare {
  readonly start: () => void;
  /** When another config comes into force. */
  readonly look: () => void;
  /** Resolves when no file is being written any more. */
  readonly stop: () => Promise<void>;
  /** null while no CA is configured. */
  readonly renewals: () => RenewalCounts | null;
}

export function createCertificateCare(parts: CertificateRenewalsParts): CertificateCare {
  const { reloader, nowMs, log } = parts;
  const renewals = createCertificateRenewals(parts);
  const certificates = () => reloader.current().tls.certificates;
  const expiry = createExpiryWatch({ certificates, nowMs, log });
  return {
    start() {
      renewals.start();
      expiry.start();
    },
    // Whoever publishes it has it as the current one by then.
    look: () =>
      void setImmediate(() => {
        renewals.look();
        expiry.look();
      }),
    stop() {
      expiry.stop();
      return renewals.stop();
    },
    renewals: renewals.counts,
  };
}
