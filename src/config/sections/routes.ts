// The sections that say which request goes where, and how it is changed on the way.
import { z } from "zod";
import { PATH_FORMS } from "../../core/normal-path.ts";
import { DEFAULTS } from "../defaults.ts";
import {
  editableFieldName,
  fieldName,
  fieldValue,
  hostPattern,
  integer,
  milliseconds,
  nameText,
  textLike,
} from "../fields.ts";
import { pathPatternProblem } from "../route-pattern.ts";

const MAX_ROUTES = 10_000;
const { timeouts } = DEFAULTS;

/** A tiny limit would end every request; 0 means none, where that is allowed. */
const LEAST_TIMEOUT_MS = 10;
/** More would end clients on good lines. */
const MAX_LEAST_RATE = 1_048_576;

const METHODS = "an upper-case HTTP method";

const pathPattern = z
  .string()
  .superRefine((pattern, context) => {
    const problem = pathPatternProblem(pattern, PATH_FORMS);
    if (problem !== null) context.addIssue(problem);
  })
  .meta({ type: "a path pattern, such as /orders/:id/**" });

const match = z.strictObject({
  host: hostPattern()
    .default(DEFAULTS.match.host)
    .meta({ description: "Host, without port; xn-- for names beyond ASCII" }),
  path: pathPattern.default(DEFAULTS.match.path).meta({
    description: "Segments: literal, :name or * for one, ** for all the rest",
  }),
  methods: z
    .array(textLike(METHODS, (text) => /^[A-Z][A-Z-]{0,31}$/.test(text)))
    .default([])
    .meta({ description: "Methods; none named: all" }),
  headers: z
    .record(fieldName(), fieldValue())
    .default({})
    .meta({ description: 'Fields and their exact values; "*": present' }),
});

function headerEdit(description: string): z.ZodPrefault<typeof edit> {
  return edit.prefault({}).meta({ description });
}

const edit = z.strictObject({
  set: z
    .record(editableFieldName(), fieldValue())
    .default({})
    .meta({ description: "Fields to set, in place of any sent" }),
  remove: z.array(editableFieldName()).default([]).meta({ description: "Fields to remove" }),
});

const timeoutFields = {
  connect_ms: milliseconds(LEAST_TIMEOUT_MS).meta({ description: "For a connection upstream" }),
  header_ms: milliseconds(LEAST_TIMEOUT_MS).meta({
    description: "From the request's head being sent to the response's head",
  }),
  idle_ms: milliseconds(LEAST_TIMEOUT_MS).meta({
    description: "Longest silence in a body, either way",
  }),
  min_bytes_per_second: integer(0, MAX_LEAST_RATE).meta({
    description:
      "A client that sends a body or reads an answer more slowly, over idle_ms, is cut off; 0: no limit",
  }),
  total_ms: milliseconds(0).meta({ description: "Whole request; 0: no limit" }),
};

export const timeoutsSection = z.strictObject({
  connect_ms: timeoutFields.connect_ms.default(timeouts.connect_ms),
  header_ms: timeoutFields.header_ms.default(timeouts.header_ms),
  idle_ms: timeoutFields.idle_ms.default(timeouts.idle_ms),
  min_bytes_per_second: timeoutFields.min_bytes_per_second.default(timeouts.min_bytes_per_second),
  total_ms: timeoutFields.total_ms.default(timeouts.total_ms),
});

const routeSchema = z.strictObject({
  name: nameText().meta({ description: "What rows and dashboards call the route" }),
  match: match
    .prefault({})
    .meta({ description: "Which requests it takes; the most specific wins" }),
  service: nameText().meta({ description: "The service they go to" }),
  authenticate: z
    .array(z.enum(["key", "jwt", "basic", "certificate", "anonymous"]))
    .default([])
    .meta({
      description:
        "Ways to prove an identity, tried in order; anonymous: or none; none named: all are anonymous",
    }),
  pass_credentials: z.boolean().default(false).meta({
    description:
      "Whether the service gets authorization and x-api-key, where no method named above takes them",
  }),
  rewrite: pathPattern.optional().meta({
    description: "New path, with :name and ** of the match",
    default: "unchanged",
  }),
  request_headers: headerEdit("Changes to the request's fields"),
  response_headers: headerEdit("Changes to the response's fields"),
  timeouts: z
    .strictObject(timeoutFields)
    .partial()
    .prefault({})
    .meta({ description: "What differs from the timeouts above", default: "timeouts" }),
});

export const pathsSection = z.strictObject({
  allow: z.array(z.enum(PATH_FORMS)).default([]).meta({
    description:
      "What is let through although servers read it differently: %2F, or ; as such, each a part of its segment to routes and policies. Rules that deny may then not hold for a service that reads it otherwise (SECURITY.md)",
  }),
});

export const routesSection = z
  .array(routeSchema)
  .min(1)
  .max(MAX_ROUTES)
  .meta({ description: "The routes" });

export type RouteInput = z.output<typeof routeSchema>;
