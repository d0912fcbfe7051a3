// Everything that can go wrong in the admin API, each with its code, and its answer (RFC 9457).

export const PROBLEMS = {
  bad_parameter: [400, "A parameter is wrong."],
  bad_body: [400, "The request body is wrong."],
  sql_error: [400, "The store refused the statement."],
  unauthenticated: [401, "The admin token or a client certificate is required."],
  forbidden: [403, "The caller's role does not allow this."],
  cross_site: [403, "A page of another site may not ask this."],
  not_found: [404, "There is nothing here."],
  unknown_panel: [404, "There is no query of this name."],
  unknown_board: [404, "There is no board of this name."],
  unknown_trace: [404, "No request, span or log line of this trace is stored."],
  unknown_line: [404, "No such log line is stored."],
  no_policy: [404, "No policy is in force."],
  method_not_allowed: [405, "This method is not possible here."],
  case_exists: [409, "A case tests this request already."],
  body_too_large: [413, "The request body is too large."],
  unsupported_type: [415, "The request body must be JSON."],
  misdirected: [421, "The Host header names somebody else."],
  bad_panel: [422, "This panel's file is wrong; others work."],
  bad_board: [422, "This board's file is wrong; others work."],
  not_a_case: [422, "This request can't become a case."],
  case_not_saved: [422, "The case was not saved."],
  too_many_revocations: [409, "No more tokens can be revoked."],
  too_many_silences: [409, "No more silences can be kept."],
  last_endpoint: [409, "No other endpoint of the service would be left."],
  unweighed: [409, "How the service is balanced knows no weights."],
  reload_refused: [422, "The new config was refused; the one before stays in force."],
  not_decidable: [422, "This request can't be decided again."],
  too_many_failures: [429, "Too many wrong tokens came from there."],
  internal: [500, "Something in weir failed."],
  not_recorded: [503, "It can't be recorded now, so it is not done."],
  busy: [503, "Too many questions wait for an answer."],
  store_unavailable: [503, "The store does not answer."],
  query_timeout: [504, "The store did not answer in time."],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

interface ProblemExtras {
  readonly cause?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An answer that is not a success; the message is its `detail`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause });
    this.name = "Problem";
    this.code = code;
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }

  /** The members of RFC 9457, `code`, and those of this problem. */
  body(): Readonly<Record<string, unknown>> {
    const { code, status, message, members } = this;
    return {
      type: "about:blank",
      title: PROBLEMS[code][1],
      status,
      detail: message,
      code,
      ...members,
    };
  }
}

const BAD_PATH = "the path is not well formed: a % must begin an octet of UTF-8, such as %20";

/** Errors of body parsers carry their status; anything else is ours, and its words stay in the log. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const status = (thrown as { readonly status?: unknown } | null)?.status;
  if (status === 413) return new Problem("body_too_large", "the body is over its limit");
  if (status === 415)
    return new Problem("unsupported_type", "charset or encoding is not supported");
  if (thrown instanceof URIError) return new Problem("bad_parameter", BAD_PATH);
  if (status === 400) return new Problem("bad_body", "the body is not well-formed JSON");
  return new Problem("internal", "see weir's log", { cause: thrown });
}
