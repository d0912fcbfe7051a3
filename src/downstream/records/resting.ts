// Takes an idle connection of TLS 1.3 from OpenSSL, which keeps 40 kB for each, and keeps its keys only.
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { TlsFacts } from "../../core/peer-certificate.ts";
import type { ClientSocket } from "../client-socket.ts";
import type { Listeners, OpenHandshake } from "../open-handshakes.ts";
import { settledFacts } from "../tls-facts.ts";
import { type Beginning, countRecords, type RecordCount, type Traffic } from "./record-count.ts";
import { RecordReader } from "./record-reader.ts";
import { RecordWriter } from "./record-writer.ts";
import { restedSocket } from "./rested-socket.ts";
import { type Suite, suiteOf, TrafficKey } from "./traffic-key.ts";
import { secretsOf } from "./traffic-secrets.ts";

/** Of Node's handles what its types leave out: there is no other way out of a TLSSocket. */
interface RawHandle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}
interface SecureHandle {
  readonly destroySSL: () => void;
}

export interface Rested {
  readonly socket: ClientSocket;
  /** As they were, known by heart. */
  readonly tls: TlsFacts | null;
}

/** Sessions of TLS 1.3 are resumed by tickets: OpenSSL sends two of them, and one to who came with one. */
const FIRST_TICKETS = 2;
const LATER_TICKETS = 1;

export class Resting {
  /** Pieces of content that came out of the secure socket; OpenSSL gives each record as one. */
  reads = 0;
  readonly #secure: TLSSocket;
  readonly #raw: Socket;
  readonly #own: Listeners;
  #begin: Beginning | null = null;
  #stillAtBytes = -1;

  /** To be made as soon as the handshake is over, within its event. */
  constructor(secure: TLSSocket, { plain, own, helloBytes }: OpenHandshake) {
    this.#secure = secure;
    this.#raw = plain;
    this.#own = own;
    const handshakeOut = rawHandle(plain)?.bytesWritten ?? 0;
    const tickets = secure.isSessionReused() ? LATER_TICKETS : FIRST_TICKETS;
    // OpenSSL makes the tickets once this event is over; a reply to what came with it waits for them.
    secure.cork();
    setImmediate(() => {
      this.#begin = { ...this.#traffic(), handshakeOut, tickets, helloBytes };
      secure.uncork();
    });
  }

  /** Whether nothing came since this was asked for the last time, and nothing waits to leave. */
  isStill(): boolean {
    const { bytesRead, writableLength } = this.#secure;
    const isStill = bytesRead === this.#stillAtBytes && writableLength === 0;
    this.#stillAtBytes = bytesRead;
    return isStill;
  }

  /**
   * The same connection without OpenSSL; the secure socket is void then. null where it is of another
   * version, or not all that went by can be told.
   */
  rest(tls: TlsFacts | null): Rested | null {
    const [secure, raw] = [this.#secure, this.#raw];
    if (secure.destroyed || raw.destroyed) return null;
    const suite =
      secure.getProtocol() === "TLSv1.3" ? suiteOf(secure.getCipher().standardName) : null;
    const secrets = secretsOf(secure);
    if (!suite || secrets === null) return null;
    const count = this.#count(suite);
    if (count === null) return null;
    const facts = tls === null ? null : settledFacts(tls);
    const { bytesRead, bytesWritten } = secure;
    leaveTls(secure, raw, this.#own);
    const reader = new RecordReader(new TrafficKey(suite, secrets.client, count.read));
    const writer = new RecordWriter(new TrafficKey(suite, secrets.server, count.written));
    const socket = restedSocket({ raw, reader, writer, bytesRead, bytesWritten });
    return { socket, tls: facts };
  }

  /** What waits to be written lies in OpenSSL's memory. */
  #count(suite: Suite): RecordCount | null {
    const isOut = rawHandle(this.#raw)?.writeQueueSize === 0 && this.#secure.writableLength === 0;
    return isOut && this.#begin !== null ? countRecords(this.#begin, this.#traffic(), suite) : null;
  }

  #traffic(): Traffic {
    return {
      sealedIn: this.#raw.bytesRead,
      sealedOut: rawHandle(this.#raw)?.bytesWritten ?? 0,
      in: this.#secure.bytesRead,
      out: this.#secure.bytesWritten - this.#secure.writableLength,
      reads: this.reads,
    };
  }
}

function rawHandle(raw: Socket): RawHandle | null {
  return (raw as unknown as { _handle: RawHandle | null })._handle;
}

/** OpenSSL's memory is free, and `raw` is read by itself again. */
function leaveTls(secure: TLSSocket, raw: Socket, own: Listeners): void {
  const { _handle: handle } = secure as unknown as { _handle: SecureHandle };
  handle.destroySSL();
  for (const event of raw.eventNames()) {
    const stay = own.get(event) ?? [];
    for (const one of raw.listeners(event)) {
      if (!stay.includes(one)) raw.off(event, one as () => void);
    }
  }
  // A piece was enough for a hello.
  Reflect.deleteProperty(raw, "read");
  raw.allowHalfOpen = true;
  // Node had it stand for the secure socket's.
  Object.defineProperty(rawHandle(raw), "reading", { value: true, writable: true });
}
