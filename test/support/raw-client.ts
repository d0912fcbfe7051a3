// A client that sends exactly the bytes it is told to, and reads the responses whole.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Body, ByteReader, type Head, readBody, readHead } from "./http-text.ts";

export interface RawResponse extends Head, Body {
  readonly status: number;
}

export interface RawClient extends Disposable {
  readonly socket: Socket;
  readonly reader: ByteReader;
  readonly send: (text: string) => void;
  /** The next head, interim ones included; throws where the connection ends instead. */
  readonly head: () => Promise<Head & { readonly status: number }>;
  /** The next whole response; `method` HEAD has no body. */
  readonly response: (method?: string) => Promise<RawResponse>;
  /** Resolves when the other side has ended or broken the connection. */
  readonly closed: Promise<void>;
}

/** `halfOpen`: our side stays open when the other ends. */
export async function connectRaw(port: number, halfOpen = false): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: halfOpen });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const reader = new ByteReader(socket);
  const head = async (): Promise<Head & { status: number }> => {
    const read = await readHead(reader);
    if (read === null) throw new Error(`connection ended without a head: "${reader.pending}"`);
    return { ...read, status: Number(read.startLine.split(" ")[1]) };
  };
  return {
    socket,
    reader,
    send: (text) => void socket.write(text, "latin1"),
    head,
    async response(method = "GET") {
      const read = await head();
      const bodiless =
        method === "HEAD" || read.status < 200 || read.status === 204 || read.status === 304;
      if (bodiless) return { ...read, text: "", trailers: read.fields };
      return { ...read, ...(await readBody(reader, read, "until-close")) };
    },
    closed: new Promise((resolve) => {
      socket.once("end", resolve);
      socket.once("close", () => resolve());
    }),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** Fields that ask for a WebSocket, with the key of RFC 6455 section 1.3. */
export const UPGRADE: Readonly<Record<string, string>> = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** One request as bytes on a connection of its own, and its response. */
export async function exchangeRaw(port: number, text: string): Promise<RawResponse> {
  using client = await connectRaw(port);
  client.send(text);
  return await client.response(text.slice(0, text.indexOf(" ")));
}

/** A request's text; adds Host where none is given. */
export function requestText(
  startLine: string,
  fields: Readonly<Record<string, string>> = {},
  body = "",
): string {
  const lines = Object.entries({ Host: "app.test", ...fields }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${startLine} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
