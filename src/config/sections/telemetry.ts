// The sections that say what is recorded and how much of anything is taken.
import { z } from "zod";
import { isFieldKey, PROTECTED_COLUMNS } from "../../telemetry/options.ts";
import { DEFAULTS } from "../defaults.ts";
import { fieldName, integer, milliseconds, nameText, textLike } from "../fields.ts";
import { pathPatternProblem } from "../route-pattern.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const MAX_SPOOL_BYTES = 1024 * KIB * MIB;
const MAX_HEADER_BYTES = MIB;
const MAX_COUNT = 1_000_000;
const { telemetry, limits } = DEFAULTS;

const parameterName = textLike("the name of a query parameter", (text) =>
  /^[^\s&=]{1,128}$/.test(text),
);

const MAX_PATTERNS = 100;

const secretPath = textLike(
  'a path pattern with a ":name" or a last "**", such as /reset/:token',
  (text) => pathPatternProblem(text) === null && /\/(?::\w+(?:\/|$)|\*\*$)/.test(text),
);

/** Whether rows could have it; whether they do is for `telemetry.headers` to say. */
export function isProtectedField(text: string): boolean {
  const [, name] = /^headers\.(.+)$/.exec(text) ?? [];
  if (name !== undefined) return fieldName().safeParse(name).success;
  return PROTECTED_COLUMNS.some((column) => column === text);
}

const protectedField = textLike(
  `one of ${PROTECTED_COLUMNS.join(", ")}, or headers.NAME`,
  isProtectedField,
);

const spool = z.strictObject({
  max_bytes: integer(MIB, MAX_SPOOL_BYTES).default(telemetry.spool_max_bytes).meta({
    description: "All segments together; beyond it the oldest go, or requests are refused",
  }),
  segment_bytes: integer(64 * KIB, KIB * MIB)
    .default(telemetry.spool_segment_bytes)
    .meta({ description: "One segment" }),
  signal_max_bytes: integer(64 * MIB, MAX_SPOOL_BYTES)
    .default(telemetry.spool_signal_max_bytes)
    .meta({
      description:
        "All segments of what services send by OTLP, for spans, logs and each kind of metric; beyond it senders are told to come again",
    }),
});

const redact = z.strictObject({
  query: z
    .array(parameterName)
    .default([...telemetry.redact_query])
    .meta({ description: "Query parameters whose values are not recorded" }),
  headers: z
    .array(fieldName())
    .default([...telemetry.redact_headers])
    .meta({ description: "Fields whose values are not recorded" }),
  attributes: z
    .array(nameText())
    .default([])
    .meta({ description: "Identity attributes whose values are not recorded" }),
  path: z.array(secretPath).max(MAX_PATTERNS).default([]).meta({
    description:
      'Beginnings of paths as patterns of routes; what ":name" and a last "**" stand for is not recorded',
  }),
});

const protect = z.strictObject({
  key: textLike(
    "32 bytes as base64 or hexadecimal digits; openssl rand -base64 32 makes some",
    isFieldKey,
  ).meta({ description: "Encrypts and hashes; by reference, never as text" }),
  encrypt: z.array(protectedField).default([]).meta({
    description: "Fields kept encrypted, which `weir reveal` opens with the key",
  }),
  hash: z.array(protectedField).default([]).meta({
    description: "Fields kept as keyed hashes, which can be grouped and sought, and not opened",
  }),
});

export const telemetrySection = z.strictObject({
  audit: z
    .enum(["optional", "required"])
    .default(telemetry.audit)
    .meta({ description: "required: a request that cannot be recorded is refused with 503" }),
  spool: spool.prefault({}).meta({ description: "Rows on their way to the store" }),
  headers: z
    .array(fieldName())
    .default([...telemetry.headers])
    .meta({ description: "Request fields kept in the row" }),
  redact: redact.prefault({}).meta({ description: "What is recorded as -" }),
  protect: protect.optional().meta({
    description: "What is recorded so that the store alone does not tell it",
    default: "none",
  }),
});

export const limitsSection = z.strictObject({
  header_bytes: integer(KIB, MAX_HEADER_BYTES)
    .default(limits.header_bytes)
    .meta({ description: "A request's head" }),
  header_count: integer(1, 10_000)
    .default(limits.header_count)
    .meta({ description: "Fields of a head, a request's or an answer's, and of its trailers" }),
  uri_bytes: integer(64, MAX_HEADER_BYTES)
    .default(limits.uri_bytes)
    .meta({ description: "A request's target" }),
  body_bytes: integer(0, Number.MAX_SAFE_INTEGER)
    .default(limits.body_bytes)
    .meta({ description: "A request's body; 0: no limit" }),
  head_ms: milliseconds(100)
    .default(limits.head_ms)
    .meta({ description: "For a client to send a whole head" }),
  keep_alive_ms: milliseconds(0)
    .default(limits.keep_alive_ms)
    .meta({ description: "Silence before a client's connection is closed; 0: none is kept" }),
  connections: integer(1, MAX_COUNT)
    .default(limits.connections)
    .meta({ description: "Client connections to one worker; more are closed at once" }),
  source_connections: integer(1, MAX_COUNT).default(limits.source_connections).meta({
    description:
      "Of them, from one IPv4 address or IPv6 /64; loopback and `forwarded.trusted` are not counted",
  }),
});
