// Which answers count against an endpoint.

/** aborted: the client left, which says nothing about the endpoint. */
export type Outcome = "ok" | "failed" | "aborted";

const TOO_MANY_REQUESTS = 429;
const NOT_IMPLEMENTED = 501;
const VERSION_NOT_SUPPORTED = 505;

/**
 * How a status counts. 429 and 503 are back-pressure: the endpoint asks for less, so they count as
 * failures. 501 and 505 judge the request, like any other 4xx. Status 0 means no answer.
 */
export function outcomeOf(status: number): "ok" | "failed" {
  if (status === 0 || status === TOO_MANY_REQUESTS) return "failed";
  if (status === NOT_IMPLEMENTED || status === VERSION_NOT_SUPPORTED) return "ok";
  return status >= 500 ? "failed" : "ok";
}
