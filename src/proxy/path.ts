// Reads a request target once; route, policy, upstream and row all see its path in one normal form.
import { WeirError } from "../core/errors.ts";
import { normalPath, type PathForm } from "../core/normal-path.ts";

export interface Target {
  /** Normal form; "*" for a target in asterisk-form. */
  readonly path: string;
  /** As sent, without "?"; "" where there is none. */
  readonly query: string;
  /** Host of an absolute-form target, which outranks the Host field (RFC 9112 section 3.2.2); else "". */
  readonly authority: string;
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#@\\]+)([/?].*)?$/i;
/** Characters a query may have (RFC 3986 section 3.4), and those browsers send raw; no space, no control. */
const QUERY = /^[\x21\x24-\x7e\x22]*$/;

/**
 * Reads a request target of origin-form, absolute-form or asterisk-form (RFC 9112 section 3.2).
 * @throws WeirError malformed_request for what is no target, ambiguous_path for a path that
 * different servers read differently; SECURITY.md has the table.
 */
export function readTarget(raw: string, method: string, allowed?: readonly PathForm[]): Target {
  if (raw.startsWith("/")) return split(raw, "", allowed);
  if (raw === "*" && method === "OPTIONS") return { path: "*", query: "", authority: "" };
  const absolute = ABSOLUTE_FORM.exec(raw);
  if (absolute === null)
    throw new WeirError("malformed_request", "request target has no known form");
  const rest = absolute[2] ?? "/";
  return split(rest.startsWith("?") ? `/${rest}` : rest, absolute[1] ?? "", allowed);
}

function split(raw: string, authority: string, allowed?: readonly PathForm[]): Target {
  const mark = raw.indexOf("?");
  const query = mark < 0 ? "" : raw.slice(mark + 1);
  if (!QUERY.test(query))
    throw new WeirError("malformed_request", "query has a forbidden character");
  return { path: normalPath(mark < 0 ? raw : raw.slice(0, mark), allowed), query, authority };
}
