// The contract between the proxy and the upstream client: one request, one attempt, one sink.
import type { Duplex } from "node:stream";
import type { Clock } from "../core/clock.ts";
import type { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { UpstreamTls } from "./options.ts";

/** Limits in milliseconds, late by at most two sweeps (100 ms); 0: no limit. */
export interface AttemptTimeouts {
  /** From `send` to a usable connection: waiting for a slot, name look-up, TCP and TLS. */
  readonly connectMs: number;
  /** From the last byte of the request to the response's head. */
  readonly headerMs: number;
  /** Longest silence of the upstream: a body that stops, or a request body it won't take. */
  readonly idleMs: number;
}

export interface UpstreamRequest {
  readonly method: string;
  /** Origin-form, already encoded. */
  readonly target: string;
  /** Final fields, free of hop-by-hop ones; written as given, Host included. */
  readonly headers: RawHeaders;
  /** length: Content-Length is among the headers. chunked: Transfer-Encoding is added here. */
  readonly body: "none" | "length" | "chunked";
  /** Empty, or a protocol ("websocket"): Connection and Upgrade are added here. */
  readonly upgrade: string;
  readonly timeouts: AttemptTimeouts;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: RawHeaders;
  readonly httpMinor: 0 | 1;
  /** Bytes of body that will follow; -1: known only at its end. 0 for HEAD, 204 and 304. */
  readonly bodyLength: number;
}

/**
 * Receives one response: informational*, then head, data*, end; or upgraded. `fail` comes instead
 * of whatever is still missing, once, and nothing after it. Never called from within `send`.
 */
export interface ResponseSink {
  /** 1xx but 101. */
  readonly informational: (head: ResponseHead) => void;
  readonly head: (head: ResponseHead) => void;
  /**
   * The sink owns `chunk`. `last`: completes a body of known length or chunks; only `end` follows.
   * false: stop reading until `resume`.
   */
  readonly data: (chunk: Buffer, last: boolean) => boolean;
  readonly end: (trailers: RawHeaders) => void;
  /** All that has come so far was told, a head among it; what is missing may take its time. */
  readonly flush: () => void;
  /** The socket is paused, has no listeners but a mute one for errors, and is the sink's. */
  readonly upgraded: (head: ResponseHead, socket: Duplex, leftover: Buffer) => void;
  readonly fail: (error: WeirError) => void;
}

/** Durations in nanoseconds; 0 while not yet known. */
export interface AttemptTiming {
  /** Waited for one of the pool's slots. */
  readonly queueNs: number;
  /** Name look-up, TCP and TLS; 0 on a reused connection. */
  readonly connectNs: number;
  /** From `send` to the head being written. */
  readonly headSentNs: number;
  /** From the head being written to the first byte of a response. */
  readonly firstByteNs: number;
}

export interface Attempt {
  /**
   * A piece of the request's body; false: wait for `onDrain`. Once the attempt is over, pieces are
   * dropped. Chunks must not be changed afterwards.
   */
  readonly write: (chunk: Buffer) => boolean;
  /** Ends the body; trailers are sent with a chunked one only. */
  readonly finish: (trailers: RawHeaders) => void;
  /** Called when more may be written; first when the head was sent, unless `send` did so at once. */
  onDrain: (() => void) | null;
  readonly resume: () => void;
  /** Destroys the connection; no sink call follows. */
  readonly abort: () => void;
  readonly timing: AttemptTiming;
  /** A byte of the request was handed to the socket: only idempotent requests may be repeated. */
  readonly sent: boolean;
  readonly reusedConnection: boolean;
}

export interface UpstreamPool {
  /**
   * Errors the sink may get: upstream_unreachable, upstream_tls, upstream_certificate_*,
   * connect_timeout (nothing was processed); upstream_reset,
   * upstream_malformed, header_timeout, idle_timeout; internal (a request that can't be written);
   * draining (the pool is closed).
   */
  readonly send: (request: UpstreamRequest, sink: ResponseSink) => Attempt;
  /** Another `connections`: takes whom waits, or closes idle ones and the others as they fall idle. */
  readonly resize: (connections: number) => void;
  /** Other certificates for connections from now on; those that stand serve what they are at. */
  readonly renew: (tls: UpstreamTls | null) => void;
  /** Refuses new requests, lets running ones end for `graceMs`, then fails them. */
  readonly close: (graceMs: number) => Promise<void>;
  /** Requests sent or waiting, not yet answered whole. */
  readonly active: number;
}

export interface UpstreamEndpoint {
  /** Origin: http://host:port or https://host:port. */
  readonly url: string;
  /** null: over https, whoever Node trusts under the URL's name. */
  readonly tls: UpstreamTls | null;
}

export interface UpstreamPoolOptions {
  /** At most this many sockets, upgraded ones included. */
  readonly connections: number;
  /** An idle connection is closed after this; sooner where the upstream's Keep-Alive says so. 0: never idle. */
  readonly keepAliveMs: number;
  /** For each response head and each trailer section. */
  readonly maxHeadBytes: number;
  readonly clock: Clock;
  /** Told of each failure to come to a TLS connection. */
  readonly tlsFailed?: ((failure: WeirError) => void) | undefined;
}

export type OpenPool = (endpoint: UpstreamEndpoint, options: UpstreamPoolOptions) => UpstreamPool;
