// How much of a request becomes rows: every value has a limit, and together they keep a line below its own.

/** The spool takes no longer line (telemetry/streams.ts). */
export const MAX_LINE_BYTES = 1024 * 1024;

/** Of all lines that one request may become: resources are told once and written with each row. */
export const MAX_REQUEST_LINES_BYTES = 64 * MAX_LINE_BYTES;

/** Bytes as written, escapes included; a map's are for all its members together. */
export const LIMITS = {
  /** Names of spans, scopes, metrics; versions, units, schema URLs, levels. */
  name: 1_024,
  /** Where many stand in one row. */
  shortName: 256,
  traceState: 512,
  /** A status message may be a stack trace, a description a page. */
  message: 16_384,
  body: 262_144,
  key: 512,
  value: 32_768,
  resource: 65_536,
  scope: 16_384,
  attributes: 131_072,
  /** All maps of a row's events. */
  events: 196_608,
  links: 65_536,
  exemplars: 65_536,
} as const;

/** Values in one list. */
export const COUNTS = {
  attributes: 512,
  events: 256,
  links: 256,
  exemplars: 64,
  /** More, and the point is rejected: a histogram without some of its buckets would be wrong. */
  buckets: 4_096,
  quantiles: 256,
} as const;
