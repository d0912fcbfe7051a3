// One request and its reply as the stages see them: a read-only head, the body stream, the row.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WeirError } from "../core/errors.ts";
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { TraceContext } from "../telemetry/trace-context.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import type { ClientFacts } from "./forwarded.ts";
import { endEarly, endWith } from "./early-end.ts";
import type { Written } from "./row-batch.ts";
import type { Snapshot } from "./snapshot.ts";

/** How the request's body is framed: none, by Content-Length, or chunked. */
export type BodyFraming = "none" | "length" | "chunked";

/** What arrived before the body; never changed. */
export interface RequestHead {
  readonly method: string;
  /** Normal form. */
  readonly path: string;
  /** Without "?". */
  readonly query: string;
  /** Lower case, as sent: with port where one was given. */
  readonly host: string;
  readonly headers: HeaderList;
  readonly httpVersion: string;
  readonly body: BodyFraming;
  readonly client: ClientFacts;
}

/** Raw parts of an upgrade request; the reply is then the socket itself. */
export interface UpgradeParts {
  readonly protocol: string;
  /** Bytes the client sent after its head. */
  readonly leftover: Buffer;
}

/** A request under way. `head` is null until its target and Host were found valid. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly snapshot: Snapshot;
  readonly record: RequestRecord;
  readonly trace: TraceContext;
  readonly headers: HeaderList;
  /** The request target as the client sent it. */
  readonly target: string;
  /** Monotonic nanoseconds. */
  readonly startedNs: number;
  readonly upgrade: UpgradeParts | null;
  /** The client waits for 100 before it sends its body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
  /** The client was told to send it. */
  continued = false;
  /** Fields every reply carries: traceresponse. */
  readonly replyHeaders: RawHeaders;
  /** Why the rest of the request can't be read; null as long as it can. */
  broken: WeirError | null = null;
  /** Who must be told then: the attempt under way. */
  underway: Abortable | null = null;
  /** Set by `record`: writes the row, once, and tells when it is written. */
  seal: (written?: Written) => void = (written) => written?.(true);

  constructor(parts: ExchangeParts) {
    this.request = parts.request;
    this.response = parts.response;
    this.snapshot = parts.snapshot;
    this.record = parts.record;
    this.trace = parts.trace;
    this.headers = parts.headers;
    this.target = parts.target;
    this.startedNs = parts.startedNs;
    this.upgrade = parts.upgrade;
    this.expectsContinue = parts.expectsContinue;
    this.replyHeaders = parts.replyHeaders;
  }

  /** True once a status line went to the client. */
  get replied(): boolean {
    return this.response.headersSent;
  }

  /** The client's bytes make no sense, or stay away: what is under way ends with this error. */
  breakOff(error: WeirError): void {
    this.broken = error;
    this.underway?.abort(error);
  }

  /**
   * Hands over the last byte, after the row is written: no answered request without its record.
   * Where the row must be written and can't be, the reply is cut off instead.
   */
  finish(lastChunk: Buffer | string | null, trailers: RawHeaders): void {
    this.seal((kept) => {
      const { request, response } = this;
      if (!kept) {
        response.destroy();
        return;
      }
      if (trailers.length > 0) response.addTrailers(pairs(trailers));
      if (request.complete) endWith(response, lastChunk);
      else endEarly(this, lastChunk);
    });
  }
}

/** What can be told that it has become pointless. */
export interface Abortable {
  readonly abort: (error: WeirError) => void;
}

export type ExchangeParts = Omit<
  Exchange,
  "seal" | "replied" | "finish" | "broken" | "underway" | "breakOff" | "continued"
>;

function pairs(raw: RawHeaders): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return list;
}
