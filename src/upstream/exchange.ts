// One request and its response: what the caller holds, and what a connection works for.
import { type WeirError, toWeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { Attempt, AttemptTiming, ResponseSink, UpstreamRequest } from "./upstream.ts";

/** What an exchange runs on, once it has left the queue. */
export interface Carrier {
  readonly write: (chunk: Buffer) => boolean;
  readonly finish: (trailers: RawHeaders) => void;
  readonly resume: () => void;
  /** Destroys the connection without a word to the sink. */
  readonly drop: () => void;
}

export interface ExchangeOwner {
  /** The exchange has ended, in whichever way. */
  readonly ended: (exchange: Exchange) => void;
}

/** The request as text, and the length of the body that must follow it (-1: chunked). */
export interface EncodedRequest {
  readonly head: string;
  readonly bodyLength: number;
}

const NANOS_PER_MILLI = 1e6;

class Timing implements AttemptTiming {
  queueNs = 0;
  connectNs = 0;
  headSentNs = 0;
  firstByteNs = 0;
}

export class Exchange implements Attempt {
  readonly request: UpstreamRequest;
  readonly sink: ResponseSink;
  readonly timing = new Timing();
  readonly startedNs: number;
  onDrain: (() => void) | null = null;
  sent = false;
  reusedConnection = false;
  over = false;
  encoded: EncodedRequest = { head: "", bodyLength: 0 };
  readonly #owner: ExchangeOwner;
  #carrier: Carrier | null = null;
  /** Body handed in before the head could be sent. */
  #early: Buffer[] | null = null;
  #earlyTrailers: RawHeaders | null = null;

  constructor(
    owner: ExchangeOwner,
    call: { readonly request: UpstreamRequest; readonly sink: ResponseSink },
    startedNs: number,
  ) {
    this.#owner = owner;
    this.request = call.request;
    this.sink = call.sink;
    this.startedNs = startedNs;
  }

  write(chunk: Buffer): boolean {
    if (this.over) return true;
    if (this.sent && this.#carrier !== null) return this.#carrier.write(chunk);
    this.#early ??= [];
    this.#early.push(chunk);
    return false;
  }

  finish(trailers: RawHeaders): void {
    if (this.over) return;
    if (this.sent && this.#carrier !== null) this.#carrier.finish(trailers);
    else this.#earlyTrailers = trailers;
  }

  resume(): void {
    if (!this.over) this.#carrier?.resume();
  }

  abort(): void {
    if (this.over) return;
    this.#end();
    this.#carrier?.drop();
  }

  /** Has waited for a usable connection longer than it may. */
  isLate(nowNs: number): boolean {
    const { connectMs } = this.request.timeouts;
    return connectMs > 0 && nowNs - this.startedNs >= connectMs * NANOS_PER_MILLI;
  }

  /** A connection was found or is being made for this exchange. */
  bind(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  /** The head was written: what came early follows. */
  flushEarly(): void {
    this.sent = true;
    const early = this.#early;
    this.#early = null;
    let more = true;
    for (const chunk of early ?? []) more = this.write(chunk);
    if (this.#earlyTrailers !== null) this.finish(this.#earlyTrailers);
    else if (more) this.onDrain?.();
  }

  /** The response is whole. */
  complete(trailers: RawHeaders): void {
    if (this.over) return;
    this.#end();
    try {
      this.sink.end(trailers);
    } catch (thrown) {
      this.#tell(toWeirError(thrown));
    }
  }

  fail(error: WeirError): void {
    if (this.over) return;
    this.#end();
    this.#tell(error);
  }

  /** The socket was handed over: nothing is left to do here. */
  leave(): void {
    this.#end();
  }

  #end(): void {
    this.over = true;
    this.onDrain = null;
    this.#early = null;
    this.#owner.ended(this);
  }

  /** Runs in socket events, where a sink's own fault must not end the process. */
  #tell(error: WeirError): void {
    try {
      this.sink.fail(error);
    } catch {
      // The sink has had its say; there is nobody left to tell.
    }
  }
}
