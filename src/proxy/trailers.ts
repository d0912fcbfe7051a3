// Which trailer fields cross the proxy: none that frame, route, authenticate or steer (RFC 9110 section 6.5.1).
import { foldedName } from "../core/folded-name.ts";
import type { RawHeaders } from "../core/header-list.ts";

const FORBIDDEN: ReadonlySet<string> = new Set([
  "age",
  "authorization",
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "expect",
  "expires",
  "host",
  "keep-alive",
  "location",
  "max-forwards",
  "pragma",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "range",
  "retry-after",
  "set-cookie",
  "te",
  "trailer",
  "traceresponse",
  "transfer-encoding",
  "upgrade",
  "vary",
  "warning",
  "www-authenticate",
]);

const NONE: RawHeaders = [];

/** `isDropped` names (folded) what the same sender may not say in a header either. */
export function sendableTrailers(
  raw: RawHeaders,
  isDropped: (name: string) => boolean = () => false,
): RawHeaders {
  if (raw.length === 0) return NONE;
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? "";
    const read = foldedName(name);
    if (!FORBIDDEN.has(read) && !isDropped(read)) kept.push(name, raw[at + 1] ?? "");
  }
  return kept;
}
