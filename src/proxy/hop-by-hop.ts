// Header fields that belong to one connection and never cross a proxy (RFC 9110 section 7.6.1).
import type { HeaderList } from "../core/header-list.ts";

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
]);

const NOTHING_NOMINATED: ReadonlySet<string> = new Set();

/** Fields a sender may not take away by naming them in Connection: they frame or route the message. */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(["host", "content-length", "content-type"]);

/** Tells for one message which of its fields (lower-case names) end at this hop. */
export function hopByHop(headers: HeaderList): (name: string) => boolean {
  const nominated = nominatedBy(headers);
  if (nominated.size === 0) return isHopByHop;
  return (name) => HOP_BY_HOP.has(name) || nominated.has(name);
}

/** Of itself, whatever Connection says. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/** Names listed in Connection. */
function nominatedBy(headers: HeaderList): ReadonlySet<string> {
  const connection = headers.joined("connection");
  if (connection === undefined || isPlain(connection)) return NOTHING_NOMINATED;
  const names = connection.split(",").map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== "" && !NEVER_NOMINATED.has(name)));
}

/** The values nearly every message has; they nominate nothing that is not dropped anyway. */
function isPlain(connection: string): boolean {
  const value = connection.toLowerCase();
  return value === "keep-alive" || value === "close" || value === "upgrade";
}
