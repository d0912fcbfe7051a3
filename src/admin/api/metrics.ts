// GET /metrics: for Prometheus.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { NONE } from "../http/schemas.ts";
import { acceptedFormat } from "../metrics/accepted-format.ts";
import { CONTENT_TYPES, expose, type Metric } from "../metrics/exposition.ts";
import { processMetrics } from "../metrics/process.ts";
import type { RequestCounts } from "../metrics/request-counts.ts";
import { trafficMetrics, upstreamMetrics } from "../metrics/traffic.ts";
import type { AdminParts } from "../parts.ts";

interface Counted {
  readonly counts: RequestCounts;
  /** Who was not let in here, by code. */
  readonly refusals: { readonly counts: ReadonlyMap<string, number> };
}

export function metricsEndpoint(parts: AdminParts, { counts, refusals }: Counted): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/metrics",
    summary:
      "Metrics in Prometheus' text format 0.0.4; in OpenMetrics 1.0.0, with traces as exemplars, where Accept asks for it",
    parameters: NONE,
    query: z.looseObject({}),
    body: null,
    answer: { about: "The metrics", type: CONTENT_TYPES.prometheus, schema: z.string() },
    problems: [],
    handle: ({ request }) => {
      const format = acceptedFormat(request.headers.accept ?? "");
      const metrics = [
        ...trafficMetrics(counts),
        ...upstreamMetrics(parts.services()),
        ...processMetrics(parts),
        refusalMetric(refusals.counts),
      ];
      return { kind: "text", type: CONTENT_TYPES[format], text: expose(metrics, format) };
    },
  });
}

function refusalMetric(counts: ReadonlyMap<string, number>): Metric {
  return {
    name: "weir_admin_refused_total",
    help: "Requests and connections that the admin side did not let in.",
    type: "counter",
    samples: [...counts].map(([code, count]) => [{ code }, count]),
  };
}
