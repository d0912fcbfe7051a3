// Lets an application's own handlers answer what weir allowed, and writes the row before the last byte.
import type { IncomingMessage, ServerResponse } from "node:http";
import { WeirError } from "../core/errors.ts";
import { normalAuthority } from "../proxy/authority.ts";
import type { Exchange } from "../proxy/exchange.ts";

/** What a handler of node:http gets, and what weir knows of it. */
export interface Guarded {
  readonly exchange: Exchange;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Runs the handlers; resolves when their reply is out, rejects when the client left before. */
export function letAnswer(guarded: Guarded, handlers: () => void): Promise<void> {
  const { exchange, request, response } = guarded;
  const { record, headers } = exchange;
  checkSpelling(exchange);
  checkHost(exchange);
  // As announced: who reads the body is the handlers' business.
  record.requestBytes = Number(headers.get("content-length") ?? 0);
  trustOnlyVerified(exchange, request);
  setFields(response, exchange.replyHeaders);
  return new Promise((resolve, reject) => {
    let ended = false;
    sealBeforeEnd(guarded, () => (ended = true));
    response.once("close", () => {
      if (ended) resolve();
      else reject(new WeirError("client_closed"));
    });
    handlers();
  });
}

/**
 * Express chose the handler by the path as it was spelled, and the policy decided on its normal form: they
 * must be one. Hex digits may be in any case, as many clients write small ones.
 */
function checkSpelling({ downstream, record }: Exchange): void {
  const spelled = /^(?:https?:\/\/[^/?]*)?([^?]*)/i.exec(downstream.head.target)?.[1] || "/";
  if (spelled.replace(/%../g, (triplet) => triplet.toUpperCase()) === record.path) return;
  throw new WeirError(
    "ambiguous_path",
    "path is not in normal form, and a guarded handler reads it",
  );
}

/** The target may have named another host, which was decided on, than the field that handlers read. */
function checkHost({ headers, record }: Exchange): void {
  if ((normalAuthority(headers.get("host") ?? "") ?? "") === record.host) return;
  throw new WeirError("bad_host", "not the host of the target, and a guarded handler reads it");
}

/** Handlers are the upstream here: what they read of identity is what weir verified, or nothing. */
function trustOnlyVerified(exchange: Exchange, request: IncomingMessage): void {
  const { headers, record, snapshot } = exchange;
  const { isReserved, identityFields } = snapshot.outgoing;
  const verified = identityFields(record.identity);
  const kept: string[] = [];
  headers.names.forEach((name, at) => {
    if (isReserved(name)) {
      delete request.headers[name];
      delete request.headersDistinct[name];
    } else kept.push(headers.raw[at * 2] ?? "", headers.raw[at * 2 + 1] ?? "");
  });
  for (let at = 0; at + 1 < verified.length; at += 2) {
    const name = (verified[at] ?? "").toLowerCase();
    const value = verified[at + 1] ?? "";
    request.headers[name] = value;
    request.headersDistinct[name] = [value];
  }
  request.rawHeaders = [...kept, ...verified];
}

function setFields(response: ServerResponse, fields: readonly string[]): void {
  for (let at = 0; at + 1 < fields.length; at += 2) {
    response.setHeader(fields[at] ?? "", fields[at + 1] ?? "");
  }
}

type Args = readonly unknown[];
type Method = (...args: Args) => unknown;

/** node:http has no event before the end, so both ways to send bytes are wrapped for this reply. */
function sealBeforeEnd({ exchange, response }: Guarded, ended: () => void): void {
  const { record } = exchange;
  const own = response as unknown as { write: Method; end: Method };
  const write = own.write.bind(response);
  const end = own.end.bind(response);
  const count = (chunk: unknown): void => {
    if (typeof chunk === "string") record.responseBytes += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) record.responseBytes += chunk.length;
  };
  own.write = (...args) => {
    count(args[0]);
    return write(...args);
  };
  own.end = (...args) => {
    if (response.writableEnded) return end(...args);
    count(args[0]);
    record.status = response.statusCode;
    record.completed = !response.destroyed;
    ended();
    own.write = write;
    exchange.seal((kept) => {
      if (kept) end(...args);
      else response.destroy();
    });
    return response;
  };
}
