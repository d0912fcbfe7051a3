// Upstream servers that answer exactly the bytes a test gives them, and remember what they were sent.
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Body, ByteReader, type Fields, readBody, readHead } from "./http-text.ts";

/** One request as it came over the wire. */
export interface UpstreamCall {
  readonly method: string;
  readonly target: string;
  readonly fields: Fields;
  readonly socket: Socket;
  readonly reader: ByteReader;
  /** The whole body; read at the first call. */
  readonly body: () => Promise<Body>;
  readonly reply: (text: string) => void;
}

export interface RawUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly calls: UpstreamCall[];
  readonly sockets: ReadonlySet<Socket>;
  /** Resolves when the nth call (from 0) has come. */
  readonly call: (nth: number) => Promise<UpstreamCall>;
}

type Answer = (call: UpstreamCall, nth: number) => Promise<void> | void;

/** Listens on a free port; the next request of a connection is read after `answer` has ended. */
export async function startUpstream(answer: Answer, halfOpen = false): Promise<RawUpstream> {
  const calls: UpstreamCall[] = [];
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const serve = async (socket: Socket): Promise<void> => {
    const reader = new ByteReader(socket);
    for (;;) {
      const call = await readCall(socket, reader);
      if (call === null) return;
      calls.push(call);
      for (const wake of waiting.splice(0)) wake();
      await answer(call, calls.length - 1);
      await call.body();
    }
  };
  const server = createServer({ allowHalfOpen: halfOpen }, (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    serve(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    sockets,
    async call(nth) {
      while (calls.length <= nth) await new Promise<void>((resolve) => waiting.push(resolve));
      return calls[nth]!;
    },
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

async function readCall(socket: Socket, reader: ByteReader): Promise<UpstreamCall | null> {
  const head = await readHead(reader);
  if (head === null) return null;
  const [method = "", target = ""] = head.startLine.split(" ");
  let body: Promise<Body> | null = null;
  return {
    method,
    target,
    fields: head.fields,
    socket,
    reader,
    body: () => (body ??= readBody(reader, head, "none")),
    reply: (text) => void socket.write(text, "latin1"),
  };
}

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Switches to WebSocket for the key of `UPGRADE` (RFC 6455 section 1.3). */
export const SWITCHING =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/** Answers everything with 200 "ok" at once. */
export const answerOk: Answer = (call) => call.reply(OK);

/** Takes the whole body first. */
export const answerOnceRead: Answer = async (call) => {
  await call.body();
  call.reply(OK);
};
