// The filters of the request list and of the live tail, as they stand in a URL.
import { z } from "zod";
import type { RequestFilters } from "../../store/requests.ts";
import { SHADOW_CHANGES } from "../../telemetry/shadow-change.ts";
import { moment } from "../http/window.ts";

const NANOS_PER_MILLI = 1e6;
/** A day; longer than any request. */
const MOST_MS = 86_400_000;

const text = z.string().min(1).max(1024).optional();
const nameOrNone = z
  .string()
  .max(1024)
  .optional()
  .meta({ description: "Given but empty: requests that have none" });

const kind = z.enum(["request", "decision", "audit"]).meta({
  description:
    "decision: what AuthZEN asked; audit: changes of weir itself; request: what passed through weir",
});

export const milliseconds = z
  .string()
  .regex(/^\d{1,8}(?:\.\d{1,6})?$/, "must be milliseconds")
  .transform(Number)
  .refine((ms) => ms <= MOST_MS, "must be a day at most")
  .optional();

export const filterQuery = z.strictObject({
  since: moment.optional(),
  until: moment.optional(),
  kind: kind.optional(),
  route: nameOrNone,
  service: nameOrNone,
  status: z
    .string()
    .regex(/^[0-9]{1,3}$/, "must be a status like 404")
    .transform(Number)
    .optional(),
  status_class: z
    .string()
    .regex(/^[1-5](?:xx)?$/, 'must be "2xx" or "2", up to 5')
    .transform((value) => Number(value[0]))
    .optional(),
  method: text,
  principal: nameOrNone,
  decision: z.enum(["allow", "deny", "none", "error"]).optional(),
  shadow: z.enum(SHADOW_CHANGES).optional().meta({
    description: "What the candidate policy would change: gain is denied now and allowed by it",
  }),
  shadow_revision: text.meta({ description: "The candidate that was asked" }),
  rule: nameOrNone.meta({ description: "The deciding rule, as rows have it" }),
  upstream: nameOrNone,
  path: text.meta({ description: "What the path begins with" }),
  error_code: nameOrNone,
  auth_outcome: text.meta({ description: "ok, none, or a way to fail such as invalid_key" }),
  client_address: text,
  min_duration_ms: milliseconds,
  max_duration_ms: milliseconds.meta({ description: "Shorter than this" }),
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits")
    .optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "must be a whole number")
    .transform(Number)
    .refine((rows) => rows >= 1 && rows <= 1000, "must be 1 to 1000")
    .default(100),
  before: z.string().max(128).optional().meta({ description: "`next` of the page before" }),
});

export function filtersOf(query: Partial<z.output<typeof filterQuery>>): RequestFilters {
  const { since: _s, until: _u, limit: _l, before: _b, path, ...rest } = query;
  const { min_duration_ms: min, max_duration_ms: max, ...same } = rest;
  const given = {
    ...same,
    path_prefix: path,
    min_duration_ns: nanosOf(min),
    max_duration_ns: nanosOf(max),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function nanosOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * NANOS_PER_MILLI);
}

/** For those who judge policies: what the traffic's takes need not be what AuthZEN asks. */
export const trafficUnlessTold: z.ZodDefault<typeof kind> = kind.default("request");
