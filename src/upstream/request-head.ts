// Writes a request's head and trailers as text (RFC 9112 section 3), refusing what would split it.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { UpstreamRequest } from "./upstream.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible bytes: a space or line end would make another request line. */
const TARGET = /^[!-~\x80-\xff]+$/;
/** Beyond U+00FF too: cut to a byte, U+010A would be a line feed. */
const NOT_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

/** The whole head, to be sent as Latin-1. Throws `internal` where it can't be written safely. */
export function encodeHead(request: UpstreamRequest): string {
  const { method, target, headers, upgrade } = request;
  if (!TOKEN.test(method)) throw unwritable("method");
  if (!TARGET.test(target)) throw unwritable("target");
  let head = `${method} ${target} HTTP/1.1\r\n${encodeFields(headers)}`;
  if (request.body === "chunked") head += "Transfer-Encoding: chunked\r\n";
  if (upgrade !== "") head += `Connection: Upgrade\r\n${encodeFields(["Upgrade", upgrade])}`;
  return `${head}\r\n`;
}

/** Field lines without the blank line that ends them. */
export function encodeFields(headers: RawHeaders): string {
  let lines = "";
  let values = "";
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    const value = headers[at + 1] ?? "";
    if (!isToken(name)) throw unwritable(`field ${at / 2}`);
    values += value;
    lines += `${name}: ${value}\r\n`;
  }
  // One look at all values costs a fraction of one at each.
  if (NOT_TEXT.test(values)) throw unwritable("field value");
  return lines;
}

/** The same few names are written again and again. */
const TOKENS = new Set<string>();
const MAX_REMEMBERED = 1_000;
const MAX_NAME_CHARS = 64;

function isToken(name: string): boolean {
  if (TOKENS.has(name)) return true;
  const valid = TOKEN.test(name);
  if (valid && TOKENS.size < MAX_REMEMBERED && name.length <= MAX_NAME_CHARS) TOKENS.add(name);
  return valid;
}

/** The body length the headers announce: a number, or -1 for chunked. Throws where they disagree. */
export function declaredLength(request: UpstreamRequest): number {
  const announced = contentLength(request.headers);
  if (request.body === "none" && announced <= 0) return 0;
  if (request.body === "length" && announced >= 0) return announced;
  if (request.body === "chunked" && announced < 0) return -1;
  throw unwritable("body length");
}

function contentLength(headers: RawHeaders): number {
  let length = -1;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      throw unwritable("Transfer-Encoding");
    }
    if (name.length !== 14 || name.toLowerCase() !== "content-length") continue;
    const value = headers[at + 1] ?? "";
    if (length >= 0 || !/^[0-9]{1,15}$/.test(value)) throw unwritable("Content-Length");
    length = Number(value);
  }
  return length;
}

function unwritable(what: string): WeirError {
  return new WeirError("internal", `upstream request not writable: ${what}`);
}
