// What a SPIFFE ID is made of: trust domain and path, each with words for what is wrong with it, by "SPIFFE-ID" sections 2.1 to 2.3.
import { MAX_SPIFFE_ID_BYTES } from "../core/spiffe-id.ts";

/** Trust domain names may be longer, but none that is may be a host, which name constraints ask for. */
const MAX_DOMAIN_CHARS = 253;
const LABEL = /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;

/** Why this can be no trust domain; "" if it can. Stricter than the standard: as a host has it, so that certificates can be held to it. */
export function trustDomainFault(text: string): string {
  if (text === "") return "is empty; name one, such as example.org";
  if (text.length > MAX_DOMAIN_CHARS) return `is longer than ${MAX_DOMAIN_CHARS} characters`;
  const labels = text.split(".");
  if (!labels.every((label) => label.length <= 63 && LABEL.test(label))) {
    return "must be lower-case letters, digits, - and _ between single dots, such as example.org";
  }
  return NUMBER.test(labels.at(-1) ?? "") ? "must be a name, not an address" : "";
}

/** Why this can be no path of an ID in the trust domain; "" if it can. */
export function spiffePathFault(path: string, trustDomain: string): string {
  if (!path.startsWith("/")) return "must begin with /, such as /ns/default/sa/orders";
  for (const segment of path.slice(1).split("/")) {
    if (segment === "") return "must have no empty segment, and no / at its end";
    if (segment === "." || segment === "..") return "must have no segment . or ..";
    if (!SEGMENT.test(segment)) return "must be letters, digits, ., - and _ between slashes";
  }
  if (spiffeId(trustDomain, path).length > MAX_SPIFFE_ID_BYTES) {
    return `makes a SPIFFE ID longer than ${MAX_SPIFFE_ID_BYTES} bytes`;
  }
  return "";
}

export function spiffeId(trustDomain: string, path = ""): string {
  return `spiffe://${trustDomain}${path}`;
}
