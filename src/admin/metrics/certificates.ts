// Metrics of certificates, authorities and revocation lists: when each ends, and whether that is soon.
import { type ExpiryState, expiryState } from "../../core/expiry.ts";
import type { AdminParts } from "../parts.ts";
import type { Labels, Metric } from "./exposition.ts";

const MILLIS = 1000;
const SHOWN: Readonly<Record<ExpiryState, number>> = { ok: 0, soon: 1, expired: 2, future: 3 };

/** By the key of the config that names it; families are left out where there is nothing to tell. */
export function certificateMetrics(
  parts: Pick<AdminParts, "running" | "renewals">,
  nowMs: number,
): Metric[] {
  const { tls } = parts.running();
  const certificates = tls.certificates.map((each) => {
    const { keyPath: key, file, names } = each;
    const labels: Labels = { key, file, name: names[0] ?? "" };
    return { labels, notAfterMs: each.notAfterMs, state: expiryState(each, nowMs) };
  });
  return [
    {
      name: "weir_certificate_not_after_seconds",
      help: "When a certificate or revocation list in use expires.",
      type: "gauge",
      samples: certificates.map(({ labels, notAfterMs }) => [labels, notAfterMs / MILLIS]),
    },
    {
      name: "weir_certificate_expiry_state",
      help: "0: long to go; 1: expires soon, for the life it has; 2: expired; 3: not yet valid.",
      type: "gauge",
      samples: certificates.map(({ labels, state }) => [labels, SHOWN[state]]),
    },
    ...(certificates.length === 0 ? [] : [filesMetric(tls.faults.length === 0)]),
    ...renewalMetrics(parts),
  ];
}

function filesMetric(ok: boolean): Metric {
  return {
    name: "weir_certificate_files_ok",
    help: "0 while a file is broken; what it held before is used.",
    type: "gauge",
    samples: [[{}, ok ? 1 : 0]],
  };
}

function renewalMetrics({ renewals }: Pick<AdminParts, "renewals">): Metric[] {
  const counts = renewals();
  if (counts === null) return [];
  return [
    {
      name: "weir_certificate_renewals_total",
      help: "Renewals by weir's own CA; failed ones are tried again.",
      type: "counter",
      samples: [
        [{ outcome: "renewed" }, counts.renewed],
        [{ outcome: "failed" }, counts.failed],
      ],
    },
  ];
}
