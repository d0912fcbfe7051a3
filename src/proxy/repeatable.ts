// Whether a request may be sent again, to another endpoint or anew, when an attempt has failed.
import type { WeirError } from "../core/errors.ts";

/** RFC 9110 section 9.2.2: sending one of these twice has the effect of sending it once. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "TRACE",
]);

/** Where neither the client has had any of a reply, nor has any of its body been used up. */
export function isRepeatable(error: WeirError, sent: boolean, method: string): boolean {
  if (error.retryable || !sent) return true;
  return error.code === "upstream_reset" && IDEMPOTENT.has(method);
}
