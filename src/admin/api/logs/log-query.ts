// The filters of log lines as they stand in a URL, and the question they make.
import { z } from "zod";
import { MOST_PATTERN_CHARS } from "../../../store/logs/line-template.ts";
import type { LogFilters, LogWindow } from "../../../store/logs/log-filters.ts";
import { LINE_SOURCES, SEVERITIES, type Severity } from "../../../store/logs/log-source.ts";
import { readTerms, type Term } from "../../../store/logs/search-terms.ts";
import { Problem } from "../../http/problem.ts";
import { moment, readWindow } from "../../http/window.ts";

const HOUR_MS = 3_600_000;
/** Clocks of services may be ahead; no line of theirs that was taken is more (collector/rows/times.ts). */
const AHEAD_MS = 86_400_000;

const SEARCH =
  'Words that all stand in a line, in any case and order: order "connection reset" (as it stands) warehou* ' +
  "(a part of a word) order.id=17 (an attribute, or so in the text) -timeout (not this)";

const nameOrNone = z
  .string()
  .max(1024)
  .optional()
  .meta({ description: "Given but empty: lines that have none" });

export const logQuery = z.strictObject({
  since: moment.optional().meta({ description: "An hour ago, if not told otherwise" }),
  until: moment.optional(),
  q: z.string().optional().meta({ description: SEARCH }),
  source: z
    .enum(LINE_SOURCES)
    .optional()
    .meta({ description: "access: weir's request rows; service: what services sent" }),
  service: nameOrNone,
  severity: z
    .string()
    .refine((text) => severitiesOf(text).every(isSeverity), {
      message: `must be some of ${SEVERITIES.join(", ")}, with commas between them`,
    })
    .optional()
    .meta({ examples: ["error,fatal"] }),
  route: nameOrNone,
  pattern: z
    .string()
    .min(1)
    .max(MOST_PATTERN_CHARS)
    .regex(/^\P{Cc}*$/u, "must have no control characters")
    .optional()
    .meta({ description: "Lines that look so, as /api/v1/logs/patterns tells them" }),
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits")
    .optional(),
});

export type LogQuery = z.output<typeof logQuery>;

function severitiesOf(text: string): readonly string[] {
  return text.split(",");
}

function isSeverity(word: string): word is Severity {
  return (SEVERITIES as readonly string[]).includes(word);
}

export interface LogQuestion {
  readonly filters: LogFilters;
  readonly window: LogWindow;
  /** Where a picture of it ends: the window, too, has what clocks say that are ahead. */
  readonly shownUntilMs: number;
}

/** Throws Problem. */
export function questionOf(query: LogQuery, nowMs: number): LogQuestion {
  const { sinceMs: since, untilMs: until } = readWindow(query, nowMs);
  const shownUntilMs = until ?? nowMs;
  const sinceMs = since ?? shownUntilMs - HOUR_MS;
  return {
    filters: filtersOf(query),
    window: { sinceMs, untilMs: until ?? nowMs + AHEAD_MS },
    shownUntilMs,
  };
}

function filtersOf(query: LogQuery): LogFilters {
  const { q = "", source, service, severity, route, trace_id, pattern } = query;
  return {
    terms: termsOf(q),
    ...(source === undefined ? {} : { source }),
    ...(service === undefined ? {} : { service }),
    ...(route === undefined ? {} : { route }),
    ...(severity === undefined ? {} : { severities: severitiesOf(severity).filter(isSeverity) }),
    ...(trace_id === undefined ? {} : { traceId: trace_id }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

function termsOf(text: string): readonly Term[] {
  const read = readTerms(text);
  if (read.ok) return read.terms;
  throw new Problem("bad_parameter", `q: ${read.fault}`, { members: { parameter: "q" } });
}
