// GET /api/v1/logs/patterns: log lines grouped by what they look like, with what is rare and what is new.
import { z } from "zod";
import { findPatterns } from "../../../store/logs/find-patterns.ts";
import { LINE_SOURCES, SEVERITIES } from "../../../store/logs/log-source.ts";
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { count, iso, json, NONE, time } from "../../http/schemas.ts";
import type { Questions } from "../../questions.ts";
import { logQuery, questionOf } from "./log-query.ts";

const patternSchema = z.strictObject({
  pattern: z
    .string()
    .meta({ description: "`pattern` of /api/v1/logs: <n>, <text>, <*> and such differ" }),
  source: z.enum(LINE_SOURCES),
  service: z.string(),
  severity: z.enum(SEVERITIES).meta({ description: "The worst of them" }),
  lines: count,
  share: z.number().meta({ description: "Of all lines asked for, 0 to 1" }),
  first_at: time,
  last_at: time,
  is_new: z.boolean().meta({ description: "None looked so in the window before, which had lines" }),
  is_rare: z.boolean(),
  example: z.string(),
  slots: z.array(count).meta({ description: "Lines by slot of time" }),
});

const patternsSchema = z.strictObject({
  since: time,
  until: time,
  lines: count,
  lines_before: count.meta({ description: "Of the window of the same length before" }),
  sample: count.meta({ description: "One of so many lines was looked at; counts are of all" }),
  slot_ms: count,
  patterns: z.array(patternSchema),
  others: z.strictObject({ patterns: count, lines: count }),
});

export function logPatternsEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/logs/patterns",
    summary: "Log lines by what they look like",
    parameters: NONE,
    query: logQuery,
    body: null,
    answer: json("The patterns, most lines first", patternsSchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query }) => {
      const { filters, window, shownUntilMs } = questionOf(query, Date.now());
      const shown = { sinceMs: window.sinceMs, untilMs: shownUntilMs };
      const found = await ask((store) => findPatterns(store, filters, shown));
      const { lines, linesBefore, sample, slotMs, others } = found;
      const patterns = found.patterns.map(({ firstMs, lastMs, isNew, isRare, ...same }) => ({
        ...same,
        first_at: iso(firstMs),
        last_at: iso(lastMs),
        is_new: isNew,
        is_rare: isRare,
      }));
      const ends = { since: iso(shown.sinceMs), until: iso(shown.untilMs) };
      const facts = { ...ends, lines, lines_before: linesBefore, sample, slot_ms: slotMs };
      return { kind: "json", body: { ...facts, patterns, others } };
    },
  });
}
