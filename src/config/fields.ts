// The kinds of value a config holds: each a zod schema that says what would be right.
import { isIP } from "node:net";
import { z } from "zod";
import { hostName } from "../core/host-name.ts";
import { isSpiffeId } from "../core/spiffe-id.ts";
import type { ListenAddress } from "./config.ts";
import { normalHostPattern } from "./route-pattern.ts";

const MAX_TEXT = 4_096;
const MAX_PORT = 65_535;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** token of RFC 9110 section 5.6.2 */
const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** field-value of RFC 9110 section 5.5, ASCII only, no blanks at the ends */
const FIELD_VALUE = /^[!-~](?:[ -~\t]*[!-~])?$/;
/** Fields that frame a message or belong to one hop (RFC 9110 section 7.6.1): only weir sets them. */
const FRAMING_FIELDS = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Text for which `check` holds; `expected` completes "must be". */
export function textLike(expected: string, check: (text: string) => boolean): z.ZodString {
  return z
    .string()
    .refine((text) => text.length <= MAX_TEXT, `must be at most ${MAX_TEXT} characters long`)
    .refine(check, `must be ${expected}`)
    .meta({ type: expected });
}

export const anyText = (): z.ZodString =>
  textLike("text that is not empty", (text) => text.length > 0);

/** Of a file, or of a folder. */
export const pathOf = (what: string): z.ZodString =>
  textLike(`the path of a ${what}`, (text) => text.length > 0 && !text.includes("\0"));

export function integer(least: number, most: number): z.ZodInt {
  return z.int().min(least).max(most);
}

/** Up to a week, the longest any timer here makes sense for. */
export const milliseconds = (least: number): z.ZodInt => integer(least, 604_800_000);

export const nameText = (): z.ZodString =>
  textLike("a name of letters, digits, _, . and -, at most 64 long", (text) => NAME.test(text));

/** Of a host, not an address. */
export const dnsName = (): z.ZodString =>
  textLike("a DNS name", (text) => {
    const name = hostName(text);
    return name !== null && isIP(name) === 0 && !name.startsWith("[");
  });

export const spiffeId = (): z.ZodString =>
  textLike("a SPIFFE ID, such as spiffe://example.org/orders", isSpiffeId);

export const fieldName = (): z.ZodString =>
  textLike("the name of an HTTP field", (text) => FIELD_NAME.test(text));

export const editableFieldName = (): z.ZodString =>
  textLike("the name of an HTTP field that does not frame the message", (text) => {
    return FIELD_NAME.test(text) && !FRAMING_FIELDS.has(text.toLowerCase());
  });

export const fieldValue = (): z.ZodString =>
  textLike("printable ASCII without blanks at its ends", (text) => FIELD_VALUE.test(text));

export const hostPattern = (): z.ZodString =>
  textLike('a host name, "*.example.org" or "*"', (text) => normalHostPattern(text) !== null);

/** An HTTP listener's address; port 0 asks the system for a free one. */
export function listenAddress(): z.ZodType<ListenAddress, string> {
  const expected = "HOST:PORT, such as 127.0.0.1:8080";
  return z
    .string()
    .transform((text, context) => {
      const address = parseListen(text);
      if (address !== null) return address;
      context.addIssue(`must be ${expected}`);
      return z.NEVER;
    })
    .meta({ type: expected });
}

export const endpointUrl = (): z.ZodString =>
  textLike("http(s)://HOST:PORT with no path, user or query", (text) => originOf(text) !== null);

/** The last "/" is not part of it. */
export const baseUrl = (): z.ZodString =>
  textLike('http(s)://HOST[:PORT][/PATH] with no user, query or "/" at its end', (text) => {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol) || /[?#@\s]/.test(text)) return false;
    return !text.endsWith("/");
  });

export const storeUrl = (): z.ZodString =>
  textLike("http(s)://USER:PASSWORD@HOST:PORT/DATABASE", (text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && /^\/\w*$/.test(url.pathname);
  });

export const cidrBlock = (): z.ZodString =>
  textLike("an IP address or a CIDR block, such as 10.0.0.0/8", (text) => cidrOf(text) !== null);

/** host and port of "host:port" or "[v6]:port"; null where it is neither. */
export function parseListen(text: string): ListenAddress | null {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return null;
  const [, bracketed, plain = "", port] = parts;
  const valid = bracketed === undefined ? hostName(plain) !== null : isIP(bracketed) === 6;
  if (!valid || Number(port) > MAX_PORT) return null;
  return { host: bracketed ?? plain, port: Number(port) };
}

/** The normal form of an endpoint's URL; null where it holds more than scheme, host and port. */
export function originOf(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.port === "0") return null;
  const rest = `${url.username}${url.password}${url.search}${url.hash}`;
  return rest === "" && url.pathname === "/" && !/[?#@\s]/.test(text) ? url.origin : null;
}

/** A block in CIDR notation; a bare address becomes a block of one. */
export function cidrOf(text: string): string | null {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return null;
  const bits = version === 4 ? 32 : 128;
  if (prefix === undefined) return `${address}/${bits}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? text : null;
}
