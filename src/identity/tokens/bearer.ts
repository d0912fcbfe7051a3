// The bearer token of a request (RFC 6750 section 2.1), and what a client is told of a bad one (section 3).
import type { HeaderList } from "../../core/header-list.ts";
import type { AuthOutcome } from "../authenticator.ts";

export const BEARER_HEADER = "authorization";
export const BEARER_CHALLENGE = 'Bearer realm="weir"';

/** Beyond it a token is refused unread: hashing it would be work that anybody can order. */
export const MAX_TOKEN_CHARS = 8_192;
const SCHEME = "bearer ";

/** null: none is there, or credentials of another kind; "": what is there is no token. */
export function presentedToken(headers: HeaderList): string | null {
  const value = headers.get(BEARER_HEADER);
  if (value === undefined || !isBearer(value)) return null;
  if (headers.isRepeated(BEARER_HEADER)) return "";
  return value.slice(SCHEME.length);
}

function isBearer(value: string): boolean {
  return value.slice(0, SCHEME.length).toLowerCase() === SCHEME;
}

/** The outcome as the description: it tells an honest client what to mend, and nobody who else is known. */
export function invalidToken(outcome: AuthOutcome): string {
  return `${BEARER_CHALLENGE}, error="invalid_token", error_description="${outcome}"`;
}
