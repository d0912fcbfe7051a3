// GET /api/v1/logs/summary: how many log lines there are over time, and by service, severity and route.
import { z } from "zod";
import { summarizeLines } from "../../../store/logs/summarize-lines.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../../http/schemas.ts";
import type { Questions } from "../../questions.ts";
import { logQuery, questionOf } from "./log-query.ts";

const values = z.array(z.strictObject({ value: z.string(), lines: count }));

const summarySchema = z.strictObject({
  since: time,
  until: time,
  lines: count,
  step_ms: count.meta({ description: "From the begin of a bar to that of the next one" }),
  bars: z
    .array(z.strictObject({ time, by_severity: z.record(z.string(), count) }))
    .meta({ description: "Those that have lines" }),
  facets: z
    .strictObject({ source: values, severity: values, service: values, route: values })
    .meta({ description: "The most frequent values, under all filters but the facet's own" }),
});

export function logSummaryEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs/summary",
    summary: "Log lines counted over time and by facet",
    parameters: NONE,
    query: logQuery,
    body: null,
    answer: json("The counts", summarySchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const { filters, window, shownUntilMs } = questionOf(query, Date.now());
      const summary = await ask((store) =>
        summarizeLines(store, filters, { window, shownUntilMs }),
      );
      const { lines, stepMs, bars, facets } = summary;
      return {
        kind: "json",
        body: {
          since: iso(window.sinceMs),
          until: iso(shownUntilMs),
          lines,
          step_ms: stepMs,
          bars: bars.map(({ startMs, bySeverity }) => ({
            time: iso(startMs),
            by_severity: bySeverity,
          })),
          facets,
        },
      };
    },
  });
}
