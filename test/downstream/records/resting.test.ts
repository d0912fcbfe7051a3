// Idle TLS connections rest and go on: whatever was agreed in their handshake, and whatever went by before.
import { once } from "node:events";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { type ClientSocket } from "../../../src/downstream/client-socket.ts";
import { ByteReader, readBody, readHead } from "../../support/http-text.ts";
import { requestText } from "../../support/raw-client.ts";
import { ca, clientPair, serveResting, trust } from "./support.ts";

interface Client extends Disposable {
  readonly socket: TLSSocket;
  readonly ask: (text: string) => void;
  readonly body: () => Promise<string>;
}

async function dial(port: number, options: ConnectionOptions = {}): Promise<Client> {
  const socket = connect({ port, host: "127.0.0.1", servername: "a.test", ca, ...options });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  const reader = new ByteReader(socket);
  return {
    socket,
    ask: (text) => void socket.write(text, "latin1"),
    async body() {
      const head = await readHead(reader);
      if (head === null) throw new Error("ended without a head");
      return (await readBody(reader, head, "until-close")).text;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

const get = (target: string): string => requestText(`GET ${target}`);
const post = (body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Each asks for more than a record holds, and for several at once. */
async function converse(client: Client): Promise<void> {
  client.ask(get("/a"));
  expect(await client.body()).toBe("/a");
  client.ask(get("/b") + get("/c") + get("/d"));
  expect([await client.body(), await client.body(), await client.body()]).toEqual([
    "/b",
    "/c",
    "/d",
  ]);
  const upload = "0123456789abcdef".repeat(20_000);
  client.ask(post(upload));
  expect((await client.body()) === upload).toBe(true);
  client.ask(get("/1000000"));
  expect((await client.body()) === "weir".repeat(250_000)).toBe(true);
}

/** `isTold`: by their bytes alone, before they ask. */
const CLIENTS: readonly { options: ConnectionOptions; isTold: boolean }[] = [
  { options: { ciphers: "TLS_AES_128_GCM_SHA256" }, isTold: true },
  { options: { ciphers: "TLS_AES_256_GCM_SHA384" }, isTold: true },
  { options: { ciphers: "TLS_CHACHA20_POLY1305_SHA256" }, isTold: true },
  { options: { sigalgs: "RSA-PSS+SHA256" }, isTold: true },
  { options: { ecdhCurve: "X25519" }, isTold: true },
  { options: { ALPNProtocols: ["http/1.1"] }, isTold: true },
  // A second hello.
  { options: { ecdhCurve: "brainpoolP256r1tls13:X25519" }, isTold: false },
  { options: clientPair, isTold: false },
];

for (const clients of [null, trust]) {
  const asked = clients === null ? "not asked" : "asked";
  it(`clients of every kind go on, ${asked} for a certificate`, async () => {
    await using serving = await serveResting({ clients });
    using stack = new DisposableStack();
    const open: Client[] = [];
    const expected: string[] = [];
    for (const isAsking of [true, false]) {
      for (const { options, isTold } of CLIENTS) {
        const client = stack.use(await dial(serving.port, options));
        if (isAsking) await converse(client);
        open.push(client);
        const isWithout = clients === null && options === clientPair;
        expected.push(isAsking || isTold || isWithout ? "rests" : "stays");
      }
    }
    const rests = await serving.rests(open.length);
    expect(rests.map((rest) => (rest === null ? "stays" : "rests"))).toEqual(expected);
    for (const client of open) await converse(client);
    expect(serving.failures).toEqual([]);
    expect(serving.refused).toEqual([]);
  });
}

it("a resumed connection rests, too: OpenSSL gives it one ticket", async () => {
  await using serving = await serveResting({ clients: trust });
  using first = await dial(serving.port, clientPair);
  const [session] = (await once(first.socket, "session")) as [Buffer];
  using second = await dial(serving.port, { session, ...clientPair });
  expect(second.socket.isSessionReused()).toBe(true);
  await converse(first);
  const rests = await serving.rests(2);
  expect(rests).not.toContain(null);
  await converse(second);
  await converse(first);
});

it("what the client's certificate said stays known", async () => {
  await using serving = await serveResting({ clients: trust });
  using client = await dial(serving.port, clientPair);
  using nameless = await dial(serving.port);
  client.ask(get("/first"));
  await client.body();
  const rests = await serving.rests(2);
  expect(rests).not.toContain(null);
  client.ask(get("/a"));
  await client.body();
  nameless.ask(get("/b"));
  await nameless.body();
  const [, named, other] = serving.served.map(({ downstream }) => downstream.tls);
  expect(named).toMatchObject({ version: "1.3" });
  expect(named!.certificate()).toMatchObject({ uris: ["spiffe://test/client"], fault: "" });
  expect(other!.certificate()).toBeNull();
  expect(serving.served[1]!.downstream.address).toBe("127.0.0.1");
});

it("TLS 1.2 does not rest, and goes on", async () => {
  await using serving = await serveResting();
  using client = await dial(serving.port, { maxVersion: "TLSv1.2" });
  expect(await serving.rests(1)).toEqual([null]);
  await converse(client);
});

it("a client is told of the end by close_notify, and its own end is understood", async () => {
  await using serving = await serveResting();
  using leaving = await dial(serving.port);
  using told = await dial(serving.port);
  await serving.rests(2);
  leaving.socket.end();
  await once(leaving.socket.resume(), "close");
  expect(leaving.socket.errored).toBeNull();
  told.ask(requestText("GET /last", { Connection: "close" }));
  expect(await told.body()).toBe("/last");
  await once(told.socket, "close");
  expect(told.socket.errored).toBeNull();
});

it("a drain ends those that rest", async () => {
  const serving = await serveResting();
  using client = await dial(serving.port);
  await serving.rests(1);
  const ended = once(client.socket.resume(), "end");
  await Promise.all([ended, serving.drain(5_000)]);
});

it("one that reads nothing is not written for without end", async () => {
  const TEN_MB = 10_000_000;
  const PIECE = Buffer.alloc(50_000, "weir");
  let waits = 0;
  await using serving = await serveResting({
    opened({ downstream }) {
      let left = TEN_MB;
      downstream.sendHead(200, "OK", ["Content-Length", String(TEN_MB)]);
      const send = (): void => {
        while (left > 0) {
          left -= PIECE.length;
          if (!downstream.write(PIECE)) break;
        }
        if (left === 0) downstream.end(null, []);
      };
      downstream.onDrain = () => {
        waits += 1;
        send();
      };
      send();
    },
  });
  using client = await dial(serving.port);
  const [rested] = (await serving.rests(1)) as [ClientSocket];
  client.socket.pause();
  client.ask(get("/"));
  await serving.exchange(0);
  await expect.poll(() => rested.writableNeedDrain).toBe(true);
  expect(rested.writableLength).toBeLessThan(200_000);
  client.socket.resume();
  const body = await client.body();
  expect(body.length).toBe(TEN_MB);
  expect(waits).toBeGreaterThan(10);
});

it("an upload that nobody reads waits with the client", async () => {
  await using serving = await serveResting({ opened: () => undefined });
  using client = await dial(serving.port);
  const [rested] = (await serving.rests(1)) as [ClientSocket];
  const upload = "0123456789abcdef".repeat(1_000_000);
  client.ask(post(upload));
  const served = await serving.exchange(0);
  await expect.poll(() => rested.isPaused()).toBe(true);
  expect(rested.bytesRead).toBeLessThan(2_000_000);
  served.read();
  await served.until(({ trailers }) => trailers !== null);
  expect(served.body === upload).toBe(true);
  served.reply("taken");
  expect(await client.body()).toBe("taken");
});

it("an upgraded connection speaks its protocol", async () => {
  await using serving = await serveResting({ opened: () => undefined });
  using client = await dial(serving.port);
  await serving.rests(1);
  client.ask(requestText("GET /", { Connection: "Upgrade", Upgrade: "websocket" }));
  const served = await serving.exchange(0);
  const { socket, leftover } = served.downstream.detach();
  expect(leftover).toHaveLength(0);
  socket.pipe(socket);
  const words = once(client.socket, "data");
  client.ask("any words");
  expect(String(await words)).toBe("any words");
});

it("a reply that ends with its connection is reset where it is cut short", async () => {
  await using serving = await serveResting({ opened: () => undefined });
  using client = await dial(serving.port);
  await serving.rests(1);
  client.ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  const { downstream } = await serving.exchange(0);
  downstream.sendHead(200, "OK", []);
  downstream.write(Buffer.from("half"));
  await once(client.socket, "data");
  downstream.destroy();
  await new Promise((resolve) => client.socket.resume().once("close", resolve));
  expect(client.socket.errored).toMatchObject({ code: "ECONNRESET" });
});

it("what is no request is refused, and the reply is read before the end", async () => {
  await using serving = await serveResting();
  using client = await dial(serving.port);
  await serving.rests(1);
  client.ask(`${get("/a")}no request\r\n\r\n`);
  expect(await client.body()).toBe("/a");
  expect(await client.body()).toBe("");
  await once(client.socket.resume(), "end");
  expect(serving.refused).toEqual(["malformed_request"]);
});

it("a silent upload is told of, and one that goes on is taken", async () => {
  await using serving = await serveResting({ opened: () => undefined });
  using client = await dial(serving.port);
  await serving.rests(1);
  client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
  const served = await serving.exchange(0);
  served.read(50);
  await served.until(({ silences }) => silences > 0);
  client.ask("cd");
  await served.until(({ trailers }) => trailers !== null);
  served.reply(served.body);
  expect(await client.body()).toBe("abcd");
});

it("one that asks for nothing more is closed once its time is over", async () => {
  await using serving = await serveResting({ limits: { keep_alive_ms: 3_000 } });
  using client = await dial(serving.port);
  client.ask(get("/a"));
  await client.body();
  const [rested] = await serving.rests(1);
  expect(rested).not.toBeNull();
  await once(client.socket.resume(), "close");
  expect(client.socket.errored).toBeNull();
});
