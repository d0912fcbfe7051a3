// Writes a request's head and trailers as text (RFC 9112 section 3), refusing what would split it.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { encodeFields, isToken } from "../http1/field-lines.ts";
import type { UpstreamRequest } from "./upstream.ts";

/** Visible bytes: a space or line end would make another request line. */
const TARGET = /^[!-~\x80-\xff]+$/;

/** The whole head, to be sent as Latin-1. Throws `internal` where it can't be written safely. */
export function encodeHead(request: UpstreamRequest): string {
  const { method, target, headers, upgrade } = request;
  if (!isToken(method)) throw unwritable("method");
  if (!TARGET.test(target)) throw unwritable("target");
  let head = `${method} ${target} HTTP/1.1\r\n${encodeFields(headers)}`;
  if (request.body === "chunked") head += "Transfer-Encoding: chunked\r\n";
  if (upgrade !== "") head += `Connection: Upgrade\r\n${encodeFields(["Upgrade", upgrade])}`;
  return `${head}\r\n`;
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
