// The one error class and the catalogue every reply, row and README table is made from.

/** Who caused a failure: decides who is asked to mend it. */
export type ErrorSource = "client" | "weir" | "upstream";

interface ErrorEntry {
  /** HTTP status the client sees (RFC 9110 section 15). */
  readonly status: number;
  readonly source: ErrorSource;
  /** True where the same request may be sent to another endpoint, nothing having been processed. */
  readonly retryable: boolean;
  /** Shown to the client as the problem's title: says what happened, nothing secret. */
  readonly title: string;
}

export const ERRORS = {
  malformed_request: entry(400, "client", "The request is not valid HTTP."),
  ambiguous_path: entry(400, "client", "The path has more than one reading."),
  bad_host: entry(400, "client", "The Host header is missing, repeated or invalid."),
  unauthenticated: entry(401, "client", "Credentials are required."),
  invalid_credentials: entry(401, "client", "The credentials were not accepted."),
  forbidden: entry(403, "client", "The policy does not allow this request."),
  no_route: entry(404, "client", "No route matches this request."),
  request_timeout: entry(408, "client", "The request did not arrive in time."),
  body_too_large: entry(413, "client", "The request body is too large."),
  uri_too_long: entry(414, "client", "The request target is too long."),
  expectation_failed: entry(417, "client", "The expectation cannot be met."),
  too_many_failures: entry(429, "client", "Too many failed attempts to authenticate."),
  headers_too_large: entry(431, "client", "The request header fields are too large."),
  client_too_slow: entry(499, "client", "The client took its reply too slowly."),
  client_closed: entry(499, "client", "The client went away before the response was complete."),
  internal: entry(500, "weir", "Something in weir failed."),
  method_not_supported: entry(501, "client", "This method is not supported by a reverse proxy."),
  upstream_unreachable: retryable(502, "No endpoint accepted a connection."),
  upstream_tls: retryable(502, "No TLS connection with the upstream could be agreed on."),
  upstream_certificate_expired: retryable(502, "The upstream's certificate has expired."),
  upstream_certificate_revoked: retryable(502, "The upstream's certificate was revoked."),
  upstream_certificate_untrusted: retryable(502, "The upstream's certificate is not trusted."),
  upstream_certificate_mismatch: retryable(502, "The upstream's certificate is for another name."),
  upstream_reset: entry(502, "upstream", "The upstream closed the connection before answering."),
  upstream_malformed: entry(502, "upstream", "The upstream's answer is not valid HTTP."),
  no_endpoint: entry(503, "upstream", "The service has no endpoint to send to."),
  policy_error: entry(503, "weir", "The policy could not be evaluated."),
  verifier_busy: entry(503, "weir", "Too many credentials wait for their verification."),
  verifier_unavailable: entry(503, "weir", "The credentials can't be verified at the moment."),
  audit_unavailable: entry(
    503,
    "weir",
    "The request cannot be recorded, and recording is required.",
  ),
  draining: entry(503, "weir", "This instance is shutting down."),
  connect_timeout: retryable(504, "The upstream did not accept a connection in time."),
  header_timeout: entry(504, "upstream", "The upstream did not begin to answer in time."),
  idle_timeout: entry(504, "upstream", "The upstream stopped sending."),
  total_timeout: entry(504, "upstream", "The request took longer than its limit."),
  version_not_supported: entry(505, "client", "This HTTP version is not supported."),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

function entry(status: number, source: ErrorSource, title: string): ErrorEntry {
  return { status, source, title, retryable: false };
}

function retryable(status: number, title: string): ErrorEntry {
  return { ...entry(status, "upstream", title), retryable: true };
}

/** What a failure brings along besides its code. */
interface ErrorExtras {
  readonly cause?: unknown;
  /** Response fields the reply must carry, flat: WWW-Authenticate, Retry-After. */
  readonly headers?: readonly string[];
  /** Further members of the problem body, shown to the client. */
  readonly members?: Readonly<Record<string, string>>;
}

/** A failure with a code from the catalogue; `detail` is for logs and rows, never for clients. */
export class WeirError extends Error {
  readonly code: ErrorCode;
  readonly headers: readonly string[];
  readonly members: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, detail?: string, extras: ErrorExtras = {}) {
    super(detail ?? ERRORS[code].title, { cause: extras.cause });
    this.name = "WeirError";
    this.code = code;
    this.headers = extras.headers ?? [];
    this.members = extras.members ?? {};
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get source(): ErrorSource {
    return ERRORS[this.code].source;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** Any thrown thing as a WeirError; what is not one is `internal` with the cause kept. */
export function toWeirError(thrown: unknown): WeirError {
  if (thrown instanceof WeirError) return thrown;
  return new WeirError("internal", messageOf(thrown), { cause: thrown });
}

/** The words of any thrown thing, on one line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
