// Writes requests to a socket, one after another: the head with the first piece of body, then the rest.
import type { Socket } from "node:net";
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import { returning } from "../core/slabs.ts";
import { encodeFields } from "../http1/field-lines.ts";

const CRLF = "\r\n";

export class RequestWriter {
  readonly #socket: Socket;
  /** Bytes of body still to come; -1: chunked. */
  #remaining = 0;
  #corked = false;
  finished = true;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** All of the last request went to the kernel, so another may follow. */
  get idle(): boolean {
    return this.finished && this.#socket.writableLength === 0;
  }

  /** Waits for the kernel to take what was written. */
  get blocked(): boolean {
    return this.#socket.writableNeedDrain;
  }

  begin(head: string, bodyLength: number): void {
    this.#remaining = bodyLength;
    this.finished = bodyLength === 0;
    // A body's first piece mostly comes within this turn: then one packet carries both.
    if (!this.finished) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(uncorkWriter, this);
    }
    this.#socket.write(head, "latin1");
  }

  /** Throws `internal` where the body outgrows its announced length. */
  write(chunk: Buffer): boolean {
    if (chunk.length === 0) return true;
    if (this.#remaining < 0) return this.#writeChunk(chunk);
    if (chunk.length > this.#remaining) throw new WeirError("internal", "request body too long");
    this.#remaining -= chunk.length;
    const more = this.#socket.write(chunk, returning(chunk));
    if (this.#remaining === 0) this.#end();
    else if (!more) this.uncork();
    return more;
  }

  /** Throws `internal` where the body is shorter than announced. */
  finish(trailers: RawHeaders): void {
    if (this.finished) return;
    if (this.#remaining > 0) throw new WeirError("internal", "request body too short");
    this.#socket.write(`0\r\n${encodeFields(trailers)}\r\n`, "latin1");
    this.#end();
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }

  #writeChunk(chunk: Buffer): boolean {
    const socket = this.#socket;
    socket.cork();
    socket.write(chunk.length.toString(16) + CRLF, "latin1");
    socket.write(chunk, returning(chunk));
    const more = socket.write(CRLF, "latin1");
    socket.uncork();
    if (!more) this.uncork();
    return more;
  }

  #end(): void {
    this.finished = true;
    this.uncork();
  }
}

function uncorkWriter(writer: RequestWriter): void {
  writer.uncork();
}
