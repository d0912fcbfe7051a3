// A client's connection of which only the keys were kept: its records are read and written here from now on.
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { ClientSocket } from "../client-socket.ts";
import { MOST_CONTENT_BYTES } from "./content.ts";
import type { Message, RecordReader } from "./record-reader.ts";
import type { RecordWriter } from "./record-writer.ts";

export interface RestedParts {
  /** What comes from now on is the next record. */
  readonly raw: Socket;
  readonly reader: RecordReader;
  readonly writer: RecordWriter;
  /** Bytes of content that went by before. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** As Node's TLS has it: a client that ends without close_notify has ended, one that breaks the protocol is cut off. */
export function restedSocket(parts: RestedParts): ClientSocket {
  const { raw, reader, writer } = parts;
  const passed: Passed = { ...parts, isKeyOwed: false };
  const send = (contents: readonly Buffer[], done: Done): void => {
    writeAll(raw, recordsOf(contents, passed), (error) => {
      if (!error) for (const { length } of contents) passed.bytesWritten += length;
      done(error);
    });
  };
  const socket = new Duplex({
    read: () => void raw.resume(),
    write: (content: Buffer, _encoding, done) => send([content], done),
    writev: (chunks, done) => send(together(chunks.map(({ chunk }) => chunk as Buffer)), done),
    final: (done) => void raw.end(writer.alert("close_notify"), done),
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  const take = (message: Message): void => {
    if (message.kind === "data") {
      passed.bytesRead += message.content.length;
      if (!socket.push(message.content)) raw.pause();
    } else if (message.kind === "updated") passed.isKeyOwed ||= message.asked;
    else if (message.kind === "closed") socket.push(null);
    else if (message.kind === "aborted") socket.destroy();
    else raw.write(writer.alert(message.alert), () => socket.destroy());
  };
  raw.on("data", (bytes) => reader.feed(bytes).forEach(take));
  endTogether(raw, socket);
  return Object.defineProperties(socket, propertiesOf(raw, socket, passed)) as ClientSocket;
}

type Done = (error?: Error | null) => void;

interface Passed extends Pick<RestedParts, "writer"> {
  bytesRead: number;
  bytesWritten: number;
  /** The client has asked for our next key: due before the next content (RFC 8446 section 4.6.3), however often it asks. */
  isKeyOwed: boolean;
}

function recordsOf(contents: readonly Buffer[], passed: Passed): Buffer[] {
  const { isKeyOwed, writer } = passed;
  passed.isKeyOwed = false;
  const first = isKeyOwed ? [writer.keyUpdate()] : [];
  return [...first, ...contents.flatMap((content) => writer.data(content))];
}

function writeAll(raw: Socket, records: readonly Buffer[], done: Done): void {
  const last = records.at(-1);
  if (last === undefined) {
    done();
    return;
  }
  raw.cork();
  for (const record of records.slice(0, -1)) raw.write(record);
  raw.write(last, done);
  raw.uncork();
}

/** A reply's head and its small body are one record. */
function together(chunks: Buffer[]): Buffer[] {
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  return bytes <= MOST_CONTENT_BYTES ? [Buffer.concat(chunks)] : chunks;
}

function endTogether(raw: Socket, socket: Duplex): void {
  raw.on("end", () => socket.push(null));
  raw.on("timeout", () => socket.emit("timeout"));
  raw.on("error", (error) => socket.destroy(error));
  raw.on("close", () => socket.destroy());
}

/** What a socket of Node's has besides. */
function propertiesOf(raw: Socket, socket: Duplex, passed: Passed): PropertyDescriptorMap {
  const setTimeout = (timeoutMs: number, listener?: () => void): void => {
    if (listener !== undefined) socket.once("timeout", listener);
    raw.setTimeout(timeoutMs);
  };
  return {
    bytesRead: { get: () => passed.bytesRead },
    bytesWritten: { get: () => passed.bytesWritten + socket.writableLength },
    remoteAddress: { get: () => raw.remoteAddress },
    setTimeout: { value: setTimeout },
    resetAndDestroy: { value: () => raw.resetAndDestroy() },
    destroySoon: { value: () => socket.end(() => socket.destroy()) },
  };
}
