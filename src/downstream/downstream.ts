// The client's side of one exchange, whoever speaks HTTP there: weir's own listener, or node:http.
import type { Duplex } from "node:stream";
import type { WeirError } from "../core/errors.ts";
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { TlsFacts } from "../core/peer-certificate.ts";
import type { Pace } from "./pace.ts";

/** How the request's body is framed: none, by Content-Length, or chunked; "unclear" may not be read. */
export type BodyFraming = "none" | "length" | "chunked" | "unclear";

/** What arrived before the body; never changed. */
export interface ArrivedHead {
  readonly method: string;
  /** The request target as the client sent it. */
  readonly target: string;
  /** "1.0", "1.1", or what else the client wrote. */
  readonly httpVersion: string;
  readonly headers: HeaderList;
  readonly body: BodyFraming;
  /** "websocket" where the client asks for it (RFC 6455 section 4.1); empty otherwise. */
  readonly upgrade: string;
}

/** Who takes the request's body. */
export interface BodySink {
  /** The receiver may keep the bytes. */
  readonly data: (chunk: Buffer) => void;
  readonly end: (trailers: RawHeaders) => void;
  /** The client sent nothing for the time agreed, or less than agreed, though it was waited for. */
  readonly silent: (how: "silent" | "slow") => void;
}

/** Is told once when the rest of the exchange can't happen. */
export interface Watcher {
  /** client_closed where the client left, else what is wrong with the bytes it sent. */
  readonly breakOff: (error: WeirError) => void;
}

/** Who sent what can't be read. */
export interface Sender {
  readonly address: string;
  readonly tls: TlsFacts | null;
}

/** A socket that speaks another protocol from now on. */
export interface Detached {
  readonly socket: Duplex & {
    readonly setTimeout: (timeoutMs: number, listener?: () => void) => unknown;
  };
  /** Bytes the client sent after its head. */
  readonly leftover: Buffer;
}

/** One request and the way its reply takes. Nothing here throws for what the client does. */
export interface Downstream {
  readonly head: ArrivedHead;
  /** IP address of the peer; empty where it is gone already. */
  readonly address: string;
  /** null: not encrypted. */
  readonly tls: TlsFacts | null;
  /** The request was read to its end. */
  readonly complete: boolean;
  /** Nobody is there to take a reply. */
  readonly gone: boolean;
  /** The final status line was given. */
  readonly replied: boolean;
  /** Whether the connection may serve another request; once false, it ends after this reply. */
  keepAlive: boolean;
  /** How slow the client may be, both ways. */
  pace: Pace;
  watcher: Watcher | null;
  /** Called when the client takes more after `write` said false. */
  onDrain: (() => void) | null;

  /** Hands the body over as it comes; `silenceMs`: longest wait for a piece of it, 0: any. */
  readonly readBody: (sink: BodySink, silenceMs: number) => void;
  readonly pauseBody: () => void;
  readonly resumeBody: () => void;
  /** Takes the body away from its sink; it waits for another, or for the reply's end. */
  readonly stopBody: () => void;
  /** Throws away what is there of the body, and what comes. */
  readonly discardBody: () => void;

  readonly sendContinue: () => void;
  /** An interim response, 102 to 199, unless it is too late for one. */
  readonly sendInterim: (status: number, reason: string, fields: RawHeaders) => void;
  /** Status and fields of the reply; they leave with the first of the body, its end, or `flushHead`. */
  readonly sendHead: (status: number, reason: string, fields: RawHeaders) => void;
  readonly flushHead: () => void;
  /** A piece of body; false: wait for onDrain. */
  readonly write: (chunk: Buffer) => boolean;
  /** Longest wait for the client to take something, 0: any; then the connection is cut. */
  readonly limitSilence: (silenceMs: number) => void;
  /** The last of the body. What still comes of the request is read and thrown away, for a while. */
  readonly end: (last: Buffer | string | null, trailers: RawHeaders) => void;
  /** Cuts the connection, so that the client sees a reply that is not whole. */
  readonly destroy: () => void;
  /** For an upgrade, and not within the call that brings the request: the socket is the caller's from now on. */
  readonly detach: () => Detached;
}
