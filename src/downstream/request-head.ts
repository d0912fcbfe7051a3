// Reads a request's head: its start line, how its body is framed, whether the connection may be kept.
import { WeirError } from "../core/errors.ts";
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { BodyFraming } from "./downstream.ts";

/**
 * RFC 9112 section 3; what the target may be is for who routes it. Methods are case-sensitive and
 * all registered ones are in capitals: "delete" can only be meant to pass by a rule on DELETE.
 */
const REQUEST_LINE = /^([A-Z][A-Z0-9_-]{0,31}) ([!-~\x80-\xff]+) HTTP\/([0-9]\.[0-9])$/;
/** A start line of some other version of HTTP, of HTTP/2 with prior knowledge, or of HTTP/0.9. */
const OTHER_VERSION = /^[A-Z]+ [^ ]+(?: HTTP\/[0-9]+(?:\.[0-9]*)?)?$/;
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);
const CONTENT_LENGTH = /^[0-9]{1,15}$/;

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
}

/** @throws WeirError malformed_request or version_not_supported. */
export function parseRequestLine(line: string): RequestLine {
  const parts = REQUEST_LINE.exec(line);
  if (parts === null) {
    const other = OTHER_VERSION.test(line) && !/ HTTP\/1\.[01]$/.test(line);
    throw new WeirError(other ? "version_not_supported" : "malformed_request", "bad request line");
  }
  return { method: parts[1] ?? "", target: parts[2] ?? "", httpVersion: parts[3] ?? "" };
}

/** RFC 9112 section 6: one way to tell where the body ends, or none at all. */
export function framingOf(headers: HeaderList, httpVersion: string): BodyFraming {
  const codings = headers.joined("transfer-encoding");
  const lengths = headers.all("content-length");
  if (codings !== undefined) {
    const plain = codings.toLowerCase() === "chunked" && httpVersion === "1.1";
    return plain && lengths.length === 0 ? "chunked" : "unclear";
  }
  if (lengths.length === 0) return "none";
  return lengths.length === 1 && CONTENT_LENGTH.test(lengths[0] ?? "") ? "length" : "unclear";
}

/** RFC 9112 section 9.3. */
export function mayKeepAlive(headers: HeaderList, httpVersion: string): boolean {
  const options = headers.joined("connection")?.toLowerCase();
  if (options === undefined) return httpVersion === "1.1";
  if (names(options, "close")) return false;
  return httpVersion === "1.1" || (httpVersion === "1.0" && names(options, "keep-alive"));
}

/** Trailers that would frame a message whose body is long read (RFC 9110 section 6.5.1). */
export function checkTrailers(trailers: RawHeaders): void {
  for (let at = 0; at < trailers.length; at += 2) {
    if (NOT_IN_TRAILERS.has((trailers[at] ?? "").toLowerCase())) {
      throw new WeirError("malformed_request", `${trailers[at]} in trailers`);
    }
  }
}

/** RFC 6455 section 4.1; whatever else asks for an upgrade is answered as if it had not. */
export function upgradeOf(
  { method, httpVersion }: RequestLine,
  headers: HeaderList,
  body: BodyFraming,
): string {
  const protocol = headers.get("upgrade");
  if (protocol === undefined || protocol.toLowerCase() !== "websocket") return "";
  if (method !== "GET" || httpVersion !== "1.1" || body !== "none") return "";
  return names(headers.joined("connection")?.toLowerCase() ?? "", "upgrade") ? "websocket" : "";
}

function names(options: string, option: string): boolean {
  return options === option || options.split(",").some((one) => one.trim() === option);
}
