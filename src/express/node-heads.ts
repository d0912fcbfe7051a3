// Heads as node:http has them: of the request that an upstream is sent, and of its answer.
import { IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import type { RawHeaders } from "../core/header-list.ts";
import type { ResponseHead, UpstreamRequest } from "../upstream/upstream.ts";

/** http-proxy-middleware wants a client's socket; what it does with the real one is weir's to do. */
const NOBODY = new Socket();

/** What http-proxy-middleware takes for the request of a client. */
export function nodeRequest(request: UpstreamRequest): IncomingMessage {
  const head = new IncomingMessage(NOBODY);
  head.httpVersionMajor = 1;
  head.httpVersionMinor = 1;
  head.httpVersion = "1.1";
  head.method = request.method;
  head.url = request.target;
  const headers = headersOf(request.headers);
  // node:http would send the body of a GET or DELETE without any framing.
  if (request.body === "chunked") headers["transfer-encoding"] = "chunked";
  head.headers = headers as IncomingMessage["headers"];
  return head;
}

/** Lower case: http-proxy-middleware looks for the framing fields by those names. */
function headersOf(raw: RawHeaders): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

/** `method`: what was asked decides whether a body follows. */
export function responseHead(response: IncomingMessage, method: string): ResponseHead {
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? "",
    headers: response.rawHeaders,
    httpMinor: response.httpVersionMinor === 0 ? 0 : 1,
    bodyLength: lengthOf(response, method),
  };
}

function lengthOf({ statusCode, headers }: IncomingMessage, method: string): number {
  if (method === "HEAD" || statusCode === 204 || statusCode === 304) return 0;
  const length = headers["content-length"];
  return length === undefined || headers["transfer-encoding"] !== undefined ? -1 : Number(length);
}
