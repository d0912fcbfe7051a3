// What the config says about recording.

export interface SpoolOptions {
  /** All segments of an instance together. */
  readonly max_bytes: number;
  readonly segment_bytes: number;
  /** All segments of one signal together. */
  readonly signal_max_bytes: number;
}

export interface RedactOptions {
  /** Query parameter names whose values are stored as "-". */
  readonly query: readonly string[];
  /** Header names whose values are stored as "-". */
  readonly headers: readonly string[];
  /** Identity attributes a policy may look at and rows do not keep. */
  readonly attributes: readonly string[];
  /** Patterns of paths, in which ":name" and a last "**" are stored as "-". */
  readonly path: readonly string[];
}

/** Columns of a row that may be encrypted or hashed, beside "headers.NAME". */
export const PROTECTED_COLUMNS = [
  "principal",
  "issuer",
  "client_address",
  "path",
  "query",
  "user_agent",
] as const;

export type ProtectedColumn = (typeof PROTECTED_COLUMNS)[number];

/** 256 bits as base64 or hexadecimal digits. */
const FIELD_KEY = /^(?:[A-Za-z0-9+/_-]{43}=?|[0-9A-Fa-f]{64})$/;

export function isFieldKey(text: string): boolean {
  return FIELD_KEY.test(text);
}

export interface ProtectOptions {
  /** 32 bytes as base64 or hexadecimal digits. Secret. */
  readonly key: string;
  /** Fields that only the key opens: columns, or headers.NAME in lower case. */
  readonly encrypt: readonly string[];
  /** Fields that can be compared, and not read. */
  readonly hash: readonly string[];
}

export interface TelemetryOptions {
  /** "required": a request that can't be recorded is refused with 503. */
  readonly audit: "optional" | "required";
  readonly spool: SpoolOptions;
  /** Lower-case request field names kept in the row. */
  readonly headers: readonly string[];
  readonly redact: RedactOptions;
  /** null: rows are kept as they are. */
  readonly protect: ProtectOptions | null;
}
