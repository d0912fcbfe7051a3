// GET /metrics: for Prometheus.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { NONE } from "../http/schemas.ts";
import { CONTENT_TYPE, expose } from "../metrics/exposition.ts";
import { processMetrics } from "../metrics/process.ts";
import type { RequestCounts } from "../metrics/request-counts.ts";
import { trafficMetrics, upstreamMetrics } from "../metrics/traffic.ts";
import type { AdminParts } from "../parts.ts";

export function metricsEndpoint(parts: AdminParts, counts: RequestCounts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/metrics",
    summary: "Metrics in Prometheus' text format 0.0.4",
    parameters: NONE,
    query: z.looseObject({}),
    body: null,
    answer: { about: "The metrics", type: CONTENT_TYPE, schema: z.string() },
    problems: [],
    handle: () => {
      const metrics = [
        ...trafficMetrics(counts),
        ...upstreamMetrics(parts.services()),
        ...processMetrics(parts),
      ];
      return { kind: "text", type: CONTENT_TYPE, text: expose(metrics) };
    },
  });
}
