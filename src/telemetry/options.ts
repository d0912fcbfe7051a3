// What the config says about recording.

export interface SpoolOptions {
  /** All segments of an instance together. */
  readonly max_bytes: number;
  readonly segment_bytes: number;
}

export interface RedactOptions {
  /** Query parameter names whose values are stored as "-". */
  readonly query: readonly string[];
  /** Header names whose values are stored as "-". */
  readonly headers: readonly string[];
  /** Identity attributes a policy may look at and rows do not keep. */
  readonly attributes: readonly string[];
}

export interface TelemetryOptions {
  /** "required": a request that can't be recorded is refused with 503. */
  readonly audit: "optional" | "required";
  readonly spool: SpoolOptions;
  /** Lower-case request field names kept in the row. */
  readonly headers: readonly string[];
  readonly redact: RedactOptions;
}
