// Reads HTTP/1 messages from a socket byte for byte as they are, for tests that must see the wire.
import type { Socket } from "node:net";

/** Bytes of a socket, asked for piece by piece. */
export class ByteReader {
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#wake();
    });
    const over = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", over);
    socket.on("close", over);
  }

  /** What has arrived and was not asked for yet. */
  get pending(): string {
    return this.#buffer.toString("latin1");
  }

  /** Text up to and including `mark`; null where the socket ends before it. */
  async until(mark: string): Promise<string | null> {
    for (;;) {
      const at = this.#buffer.indexOf(mark, 0, "latin1");
      if (at >= 0) return this.#take(at + mark.length).toString("latin1");
      if (this.#ended) return null;
      await this.#more();
    }
  }

  async exactly(length: number): Promise<Buffer> {
    while (this.#buffer.length < length) {
      if (this.#ended) throw new Error(`ended ${length - this.#buffer.length} bytes early`);
      await this.#more();
    }
    return this.#take(length);
  }

  async rest(): Promise<Buffer> {
    while (!this.#ended) await this.#more();
    return this.#take(this.#buffer.length);
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

/** Field lines in order. */
export class Fields {
  readonly lines: readonly (readonly [name: string, value: string])[];

  constructor(text: string) {
    this.lines = text
      .split("\r\n")
      .filter((line) => line !== "")
      .map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
      });
  }

  get(name: string): string | undefined {
    return this.all(name)[0];
  }

  all(name: string): string[] {
    return this.lines.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
  }

  get names(): string[] {
    return this.lines.map(([name]) => name.toLowerCase());
  }
}

export interface Head {
  readonly startLine: string;
  readonly fields: Fields;
}

export interface Body {
  readonly text: string;
  readonly trailers: Fields;
}

/** null where the socket ends before a head. */
export async function readHead(reader: ByteReader): Promise<Head | null> {
  const text = await reader.until("\r\n\r\n");
  if (text === null) return null;
  const end = text.indexOf("\r\n");
  return { startLine: text.slice(0, end), fields: new Fields(text.slice(end + 2)) };
}

const NO_FIELDS = new Fields("");

/** A body framed by its head; `otherwise` where the head does not say. */
export async function readBody(
  reader: ByteReader,
  { fields }: Head,
  otherwise: "none" | "until-close",
): Promise<Body> {
  if (fields.get("transfer-encoding") === "chunked") return readChunked(reader);
  const length = fields.get("content-length");
  if (length !== undefined) {
    return { text: (await reader.exactly(Number(length))).toString("latin1"), trailers: NO_FIELDS };
  }
  const text = otherwise === "none" ? "" : (await reader.rest()).toString("latin1");
  return { text, trailers: NO_FIELDS };
}

async function readChunked(reader: ByteReader): Promise<Body> {
  let text = "";
  for (;;) {
    const line = await reader.until("\r\n");
    if (line === null) throw new Error("ended before a chunk's size");
    const size = Number.parseInt(line, 16);
    if (size === 0) break;
    text += (await reader.exactly(size)).toString("latin1");
    await reader.exactly(2);
  }
  let trailers = "";
  for (;;) {
    const line = await reader.until("\r\n");
    if (line === null) throw new Error("ended before the trailers' end");
    if (line === "\r\n") return { text, trailers: new Fields(trailers) };
    trailers += line;
  }
}
