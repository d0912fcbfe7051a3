// A reply's status line and fields as text, and how its body is framed (RFC 9112 sections 4, 6 and 9).
import type { RawHeaders } from "../core/header-list.ts";
import { encodeFields } from "../http1/field-lines.ts";

/** "none": no body may follow; "close": it ends with the connection, as HTTP/1.0 needs it. */
export type ReplyFraming = "none" | "length" | "chunked" | "close";

export interface ReplyTo {
  readonly method: string;
  readonly httpVersion: string;
}

/** Status, reason phrase and fields as the stages made them. */
export interface ReplyStart {
  readonly status: number;
  readonly reason: string;
  readonly fields: RawHeaders;
}

/** Beyond what a reason phrase may have (RFC 9112 section 4), it is left out. */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;
const CRLF = "\r\n";

/** RFC 9110 section 6.4.1 and RFC 9112 section 6.3. */
export function framingOfReply(
  { method, httpVersion }: ReplyTo,
  { status, fields }: ReplyStart,
): ReplyFraming {
  if (method === "HEAD" || status === 204 || status === 304) return "none";
  if (hasField(fields, "content-length")) return "length";
  return httpVersion === "1.1" ? "chunked" : "close";
}

/** The head with its blank line, to be sent as Latin-1. Throws `internal` where it can't be written safely. */
export function encodeReplyHead(
  start: ReplyStart,
  framing: ReplyFraming,
  connection: string,
): string {
  const { status, reason, fields } = start;
  const date = hasField(fields, "date") ? "" : dateField();
  const coding = framing === "chunked" ? "Transfer-Encoding: chunked\r\n" : "";
  return statusLine(status, reason) + encodeFields(fields) + date + connection + coding + CRLF;
}

/** Fields that end a head: whether the connection is kept, and for how long. */
export function connectionFields(isKept: boolean, keepAliveMs: number): string {
  if (!isKept) return "Connection: close\r\n";
  const seconds = Math.floor(keepAliveMs / 1000);
  return `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`;
}

export function statusLine(status: number, reason: string): string {
  return `HTTP/1.1 ${status} ${REASON.test(reason) ? reason : ""}\r\n`;
}

function hasField(fields: RawHeaders, name: string): boolean {
  for (let at = 0; at < fields.length; at += 2) {
    const other = fields[at] ?? "";
    if (other.length === name.length && other.toLowerCase() === name) return true;
  }
  return false;
}

let dateSecond = 0;
let dateText = "";

/** RFC 9110 section 6.6.1; made once a second. */
function dateField(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = `Date: ${new Date(second * 1000).toUTCString()}\r\n`;
  }
  return dateText;
}
