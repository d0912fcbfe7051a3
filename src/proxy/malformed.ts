// Answers bytes that are no HTTP request: a 4xx with a code, and a row of their own.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ErrorCode, ERRORS } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import { problemBody, problemHeaders } from "./rescue.ts";

/** What the parser knew when it gave up. */
export interface ParserError extends Error {
  readonly code?: string;
}

export interface MalformedParts {
  readonly rows: { readonly append: (record: RequestRecord) => boolean };
  readonly openMalformed: (clientAddress: string) => {
    record: RequestRecord;
    replyHeaders: RawHeaders;
  };
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
  HPE_INVALID_VERSION: "version_not_supported",
  HPE_PAUSED_H2_UPGRADE: "version_not_supported",
};

/** Errors of the connection itself: nobody is left to answer. */
const GONE: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);

/** For a client to close its side after the refusal. */
const LINGER_MS = 1_000;

export function codeOf(error: ParserError): ErrorCode {
  // The parser says "invalid version" of a bare line feed after a good one too.
  if (error.message.includes("CRLF")) return "malformed_request";
  return CODES[error.code ?? ""] ?? "malformed_request";
}

/** Nobody is left to answer, or nobody ever asked: a connection opened in advance and not used. */
export function isGone(error: ParserError, socket: Duplex): boolean {
  return GONE.has(error.code ?? "") || !socket.writable || (socket as Socket).bytesRead === 0;
}

export function refuseMalformed(error: ParserError, socket: Duplex, parts: MalformedParts): void {
  const code = codeOf(error);
  const { record, replyHeaders } = parts.openMalformed((socket as Socket).remoteAddress ?? "");
  const body = problemBody(code, record.traceId);
  record.status = ERRORS[code].status;
  record.errorCode = code;
  record.errorSource = ERRORS[code].source;
  record.fault = error.code ?? "";
  record.responseBytes = body.length;
  record.completed = true;
  if (!parts.rows.append(record)) {
    socket.destroy();
    return;
  }
  socket.end(rawReply(record.status, [...problemHeaders(body), ...replyHeaders], body));
  const late = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(late));
}

function rawReply(status: number, headers: RawHeaders, body: string): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, "Connection: close"];
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
