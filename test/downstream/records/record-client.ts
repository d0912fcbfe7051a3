// A client whose handshake is OpenSSL's and whose records are the test's: it can send what no library would.
import { once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";
import { suiteOf, TrafficKey } from "../../../src/downstream/records/traffic-key.ts";
import { noteSecret, secretsOf } from "../../../src/downstream/records/traffic-secrets.ts";

export interface Opened {
  readonly type: number;
  readonly content: Buffer;
}

const HEADER_BYTES = 5;
export const TYPES = { alert: 21, handshake: 22, data: 23 };
const KEY_UPDATE = 24;

export class RecordClient implements Disposable {
  readonly raw: Socket;
  /** The client's; what it seals is not sent by that. */
  readonly key: TrafficKey;
  /** What weir sent after the handshake. */
  readonly opened: Opened[] = [];
  readonly closed: Promise<unknown>;
  #pending: Buffer = Buffer.alloc(0);
  #wake: (() => void)[] = [];
  readonly #theirs: TrafficKey;

  constructor(raw: Socket, key: TrafficKey, theirs: TrafficKey) {
    this.raw = raw;
    this.key = key;
    this.#theirs = theirs;
    this.closed = once(raw, "close");
    raw.on("data", (bytes: Buffer) => this.#read(bytes));
    raw.on("end", () => raw.end());
  }

  /** As one write, so that it arrives together. */
  send(...records: readonly Buffer[]): void {
    this.raw.write(Buffer.concat(records));
  }

  data(text: string): Buffer {
    return this.key.seal(TYPES.data, Buffer.from(text, "latin1"));
  }

  keyUpdate(asked: number): Buffer {
    const record = this.key.seal(TYPES.handshake, Buffer.from([KEY_UPDATE, 0, 0, 1, asked]));
    this.key.update();
    return record;
  }

  of(type: number): Buffer[] {
    return this.opened.filter((one) => one.type === type).map(({ content }) => content);
  }

  get text(): string {
    return Buffer.concat(this.of(TYPES.data)).toString("latin1");
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.raw.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        this.raw.once("close", resolve);
      });
    }
  }

  [Symbol.dispose](): void {
    this.raw.destroy();
  }

  #read(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const end = HEADER_BYTES + (this.#pending.length < 5 ? 0 : this.#pending.readUInt16BE(3));
      if (this.#pending.length < Math.max(end, HEADER_BYTES + 1)) break;
      this.#open(this.#pending.subarray(0, end));
      this.#pending = this.#pending.subarray(end);
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  #open(record: Buffer): void {
    const plain = this.#theirs.open(record.subarray(0, 5), record.subarray(5));
    if (plain === null) throw new Error(`weir sealed its record ${this.#theirs.records} otherwise`);
    const one = { type: plain.at(-1)!, content: plain.subarray(0, -1) };
    this.opened.push(one);
    if (one.type === TYPES.handshake && one.content[0] === KEY_UPDATE) this.#theirs.update();
  }
}

export async function connectRecords(
  port: number,
  options: ConnectionOptions = {},
): Promise<RecordClient> {
  const raw = connectPlain({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  raw.on("error", () => undefined);
  const give = (bytes: Buffer): void => void under.push(bytes);
  const under = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void raw.write(chunk, done),
  });
  raw.on("data", give);
  const secure = connect({ rejectUnauthorized: false, ...options, socket: under });
  secure.on("keylog", (line) => noteSecret(line, secure));
  await once(secure, "secureConnect");
  // What comes now answers the end of the handshake, which was just written: tickets.
  raw.off("data", give);
  const suite = suiteOf(secure.getCipher().standardName)!;
  const { client, server } = secretsOf(secure)!;
  return new RecordClient(raw, new TrafficKey(suite, client, 0), new TrafficKey(suite, server, 0));
}
