// Turns failures into replies: the only place that writes an error (RFC 9457 problem details).
import { setImmediate } from "node:timers/promises";
import { type ErrorCode, ERRORS, toWeirError, type WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { Log } from "../core/log.ts";
import { STATUS_CODES } from "../core/node-http.ts";
import type { Exchange } from "./exchange.ts";

export type Rescue = (exchange: Exchange, thrown: unknown) => Promise<void>;

export function createRescue(log: Log): Rescue {
  return async function rescue(exchange, thrown) {
    const error = toWeirError(thrown);
    note(exchange, error);
    if (error.code === "internal") {
      log.error("request failed", { trace_id: exchange.trace.traceId, cause: error.stack });
    }
    // A small body mostly came along with its head; once it is read, the connection can be kept.
    if (!exchange.downstream.complete) await bodyRead(exchange);
    answer(exchange, error);
  };
}

function note({ record }: Exchange, error: WeirError): void {
  record.errorCode = error.code;
  record.errorSource = error.source;
  if (!record.fault) record.fault = error.message === ERRORS[error.code].title ? "" : error.message;
}

/** A reply that has begun can't become an error page: it is cut off, so that the client notices. */
function answer(exchange: Exchange, error: WeirError): void {
  const { downstream, record } = exchange;
  if (downstream.replied || downstream.gone || error.code === "client_closed") {
    record.status ||= error.status;
    exchange.seal();
    downstream.destroy();
    return;
  }
  const body = problemBody(error.code, exchange.trace.traceId, error.members);
  record.status = error.status;
  const bodiless = record.method === "HEAD";
  record.responseBytes = bodiless ? 0 : Buffer.byteLength(body);
  record.completed = true;
  // What follows a request that is not read to its end can't be told from its body.
  if (!downstream.complete || error.code === "malformed_request") downstream.keepAlive = false;
  downstream.sendHead(error.status, reasonOf(error.status), [
    ...problemHeaders(body),
    ...exchange.replyHeaders,
    ...error.headers,
  ]);
  exchange.finish(bodiless ? null : body, []);
}

/** Unless the client waits to be asked for it. */
async function bodyRead({ downstream, expectsContinue, continued }: Exchange): Promise<void> {
  if (expectsContinue && !continued) return;
  downstream.discardBody();
  await setImmediate();
}

export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? "";
}

export function problemHeaders(body: string): RawHeaders {
  const length = String(Buffer.byteLength(body));
  return [
    "Content-Type",
    "application/problem+json",
    "Content-Length",
    length,
    "Cache-Control",
    "no-store",
  ];
}

/** `members` first, so that none of them can pass for a standard one. */
export function problemBody(
  code: ErrorCode,
  traceId: string,
  members: Readonly<Record<string, string>> = {},
): string {
  const { status, title } = ERRORS[code];
  return `${JSON.stringify({ ...members, type: "about:blank", title, status, code, trace_id: traceId })}\n`;
}
