// One client's connection on real sockets: order, read-ahead, keep-alive, framing, leaving, closing.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { connectRaw, type RawClient, requestText } from "../support/raw-client.ts";
import { pause, REFUSAL, serve, type Served, type Serving, stopClock, turn } from "./serve.ts";

const GET = requestText("GET /");
const CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
const post = (length: number, sent = ""): string =>
  requestText("POST /", { "Content-Length": String(length) }, sent);

/** Milliseconds until the connection is ended by the other side. */
async function msToEnd(client: RawClient): Promise<number> {
  const startedMs = performance.now();
  await client.closed;
  return performance.now() - startedMs;
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

const LARGE = 16_000_000;

/** A client that keeps nothing of what it reads, which would cost much for large replies. */
async function connectCounting(port: number, text: string): Promise<Socket & Disposable> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.pause();
  socket.write(text);
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
}

/** Reads on, to the end or up to so many bytes; gives how many came. */
async function count(socket: Socket, bytes = Infinity): Promise<number> {
  const over = new Promise<void>((resolve) => {
    socket.on("data", () => socket.bytesRead >= bytes && resolve());
    socket.on("end", resolve);
    socket.on("close", () => resolve());
  });
  socket.resume();
  await over;
  return socket.bytesRead;
}

describe("pipelining", () => {
  it("requests of all sizes are answered in order, one at a time", async () => {
    let open = 0;
    await using serving = await serve({
      opened(one, nth) {
        expect(++open).toBe(1);
        one.read();
        void one
          .until(({ trailers }) => trailers !== null)
          .then(turn)
          .then(() => {
            open--;
            const size = [0, 10, 9_000, 100_000][nth % 4]!;
            one.reply(Buffer.alloc(size, one.downstream.head.target));
          });
      },
    });
    using client = await connectRaw(serving.port);
    let text = "";
    for (let nth = 0; nth < 40; nth++) {
      const body = "x".repeat([0, 1, 3_000, 40_000][nth % 4]!);
      const target = `POST ${String.fromCharCode(65 + nth)}`;
      const chunks = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
      text +=
        nth % 3 === 0
          ? requestText(target, { "Transfer-Encoding": "chunked" }, `${chunks}0\r\n\r\n`)
          : requestText(target, { "Content-Length": String(body.length) }, body);
    }
    client.send(text);
    for (let nth = 0; nth < 40; nth++) {
      const reply = await client.response();
      const size = [0, 10, 9_000, 100_000][nth % 4]!;
      expect(reply.text).toBe(String.fromCharCode(65 + nth).repeat(size));
      expect(serving.served[nth]!.body.length).toBe([0, 1, 3_000, 40_000][nth % 4]);
    }
    expect(serving.served).toHaveLength(40);
  });

  it("a client that pipelines without end is read no further than some kilobytes", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    const total = 40_000_000;
    client.send(GET.repeat(total / GET.length));
    const one = await serving.exchange(0);
    await pause(100);
    // The rest is with the kernel, or still here.
    expect(client.socket.writableLength).toBeGreaterThan(total / 2);
    one.reply("a");
    const next = await serving.exchange(1);
    next.reply("b");
    expect([(await client.response()).text, (await client.response()).text]).toEqual(["a", "b"]);
  });

  it("a client that takes no replies gets no further requests read", async () => {
    const body = Buffer.alloc(64_000);
    await using serving = await serve({ opened: (one) => one.reply(body) });
    using client = await connectCounting(serving.port, GET);
    const sent = 400;
    for (let nth = 1; nth < sent; nth++) {
      client.write(GET);
      // One by one, so that none waits behind another when it is read.
      await pause(1);
    }
    expect(serving.served.length).toBeLessThan(sent / 2);
    await count(client, sent * body.length);
    expect(serving.served).toHaveLength(sent);
  });
});

describe("keep-alive", () => {
  it("of no time is none", async () => {
    await using serving = await serve({
      limits: { keep_alive_ms: 0 },
      opened: (one) => one.reply("x"),
    });
    using client = await connectRaw(serving.port);
    client.send(GET);
    expect((await client.response()).fields.get("connection")).toBe("close");
    await client.closed;
  });
});

it("keep-alive is told and kept a little longer than told", async () => {
  const pass = stopClock();
  await using serving = await serve({
    // The first makes looks at the clock frequent.
    limits: { head_ms: 200, keep_alive_ms: 60_000 },
    opened: (one) => one.reply("x"),
  });
  using client = await connectRaw(serving.port);
  for (let nth = 0; nth < 2; nth++) {
    client.send(GET);
    const { fields } = await client.response();
    expect([fields.get("connection"), fields.get("keep-alive")]).toEqual([
      "keep-alive",
      "timeout=60",
    ]);
    pass(60_900);
    await pause(150);
  }
  pass(200);
  await client.closed;
});

// Together, as they mostly wait.
describe.concurrent("in its time", () => {
  it("time for a head counts from its first byte", async () => {
    await using serving = await serve({
      limits: { head_ms: 1_500, keep_alive_ms: 60_000 },
      opened: (one) => one.reply("x"),
    });
    using silent = await connectRaw(serving.port);
    using slow = await connectRaw(serving.port);
    using kept = await connectRaw(serving.port);
    kept.send(GET);
    await kept.response();
    slow.send("GET / HTTP/1.1\r\n");
    expect((await slow.head()).status).toBe(400);
    await silent.closed;
    expect(silent.reader.pending).toBe("");
    expect(serving.refused).toEqual(["request_timeout"]);
    // A kept connection is not a silent one.
    kept.send("GET / HTTP/1.1\r\n");
    await pause(1);
    kept.send("\r\n");
    expect((await kept.response()).status).toBe(200);
  });

  it("an early reply that ends the connection is not lost to a reset; the connection closes soon", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port, true);
    client.send(post(LARGE * 2));
    const one = await serving.exchange(0);
    one.downstream.keepAlive = false;
    one.reply("early");
    client.socket.write(Buffer.alloc(LARGE));
    expect((await client.response()).text).toBe("early");
    await client.closed;
    const startedMs = performance.now();
    const sending = setInterval(() => client.send("x"), 50);
    await new Promise((resolve) => client.socket.once("close", resolve));
    clearInterval(sending);
    expect(performance.now() - startedMs).toBeLessThan(9_000);
    expect(one.told).toEqual([]);
  });

  it("an early reply on a connection that is kept: the next request is answered once the upload is over", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(post(10_000_000));
    (await serving.exchange(0)).reply("early");
    expect((await client.response()).text).toBe("early");
    client.socket.write(Buffer.alloc(10_000_000));
    client.send(GET);
    (await serving.exchange(1)).reply("next");
    expect((await client.response()).text).toBe("next");
    // The time given to the upload is not held against what follows it.
    await pause(2_200);
    client.send(GET);
    (await serving.exchange(2)).reply("last");
    expect((await client.response()).text).toBe("last");
  });

  it("an early reply on a connection that is kept: closed where the upload never ends", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(post(10, "half"));
    (await serving.exchange(0)).reply("early");
    const ms = await msToEnd(client);
    expect(ms).toBeGreaterThan(1_500);
    expect(ms).toBeLessThan(9_000);
  });

  it("an early reply that is large arrives whole at a client that is slow to read it", async () => {
    await using serving = await serve();
    using client = await connectCounting(serving.port, post(10, "half"));
    (await serving.exchange(0)).reply(Buffer.alloc(LARGE));
    await pause(2_300);
    expect(await count(client)).toBeGreaterThan(LARGE);
  });
  it.each([true, false])(
    "a reply that is over, and not taken, is not waited for; kept: %s",
    async (keep) => {
      await using serving = await serve({ limits: { keep_alive_ms: 100, head_ms: 100 } });
      using client = await connectCounting(serving.port, GET);
      const one = await serving.exchange(0);
      one.downstream.keepAlive = keep;
      one.reply(Buffer.alloc(LARGE));
      await pause(keep ? 2_500 : 1_500);
      // Cut: what was not with the kernel never comes.
      expect(await count(client)).toBeLessThan(LARGE);
    },
  );
});

describe("leaving", () => {
  const begin = (one: Served): void => {
    one.downstream.sendHead(200, "OK", []);
    one.downstream.write(Buffer.alloc(100));
  };
  it.each<[string, string, (one: Served) => void]>([
    ["while it waits", GET, () => undefined],
    ["in the upload", post(10, "half"), (one) => one.read()],
    ["in an upload nobody reads", post(10, "half"), () => undefined],
    ["in an upload that is thrown away", post(10), (one) => one.downstream.discardBody()],
    ["in the reply", GET, begin],
    [
      "in a reply it does not take",
      GET,
      (one) => {
        begin(one);
        while (one.downstream.write(Buffer.alloc(100_000)));
      },
    ],
    ["with requests behind it", GET.repeat(3), begin],
  ])("%s: the watcher is told once", async (_, text, act) => {
    for (const how of ["destroy", "end", "resetAndDestroy"] as const) {
      await using serving = await serve();
      using client = await connectRaw(serving.port);
      client.send(text);
      const one = await serving.exchange(0);
      act(one);
      await turn();
      client.socket[how]();
      await one.until(({ told }) => told.length > 0);
      await pause(20);
      expect(one.told.map(({ code }) => code)).toEqual(["client_closed"]);
      expect(one.downstream.gone).toBe(true);
      one.downstream.end("late", []);
      expect(serving.served).toHaveLength(1);
    }
  });

  it("after bytes that made no sense: the watcher is told of these only", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(`${CHUNKED}zz\r\n`);
    const one = await serving.exchange(0);
    one.read();
    await one.until(({ told }) => told.length > 0);
    client.socket.destroy();
    await eventually(() => one.downstream.gone);
    await turn();
    expect(one.told.map(({ code }) => code)).toEqual(["malformed_request"]);
  });

  it("after the reply: the watcher is told nothing", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(post(10, "half"));
    const one = await serving.exchange(0);
    one.reply("early");
    await client.response();
    client.socket.destroy();
    await pause(20);
    expect(one.told).toEqual([]);
  });
});

describe("half-closed clients", () => {
  it("within a head: refused", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port, true);
    client.socket.end("GET / HTTP/1.1\r\n");
    expect(await client.reader.rest()).toEqual(Buffer.from(REFUSAL));
    expect(serving.refused).toEqual(["malformed_request"]);
  });

  it("between requests: closed", async () => {
    await using serving = await serve({ opened: (one) => one.reply("x") });
    using client = await connectRaw(serving.port, true);
    client.send(GET);
    await client.response();
    client.socket.end();
    await client.closed;
  });

  it("after an early reply: it arrives whole", async () => {
    await using serving = await serve();
    using client = await connectCounting(serving.port, post(10, "half"));
    (await serving.exchange(0)).reply(Buffer.alloc(LARGE));
    client.end();
    await pause(50);
    expect(await count(client)).toBeGreaterThan(LARGE);
  });
});

describe("what comes after the last request of a connection is never acted on", () => {
  it.each([
    ["Connection: close", requestText("GET /", { Connection: "close" })],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
    ["CONNECT", requestText("CONNECT a:1")],
    ["an upgrade refused", requestText("GET /", { Connection: "Upgrade", Upgrade: "websocket" })],
    ["framing in doubt", requestText("POST /", { "Content-Length": "1, 1" })],
  ])("%s", async (_, text) => {
    await using serving = await serve({ opened: (one) => void turn().then(() => one.reply("x")) });
    using client = await connectRaw(serving.port);
    client.send(text + GET);
    expect((await client.response()).fields.get("connection")).toBe("close");
    client.send(GET);
    await client.closed;
    await pause(20);
    expect(serving.served).toHaveLength(1);
  });

  it("bytes that are no request", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(`nonsense\r\n\r\n${GET}`);
    client.send(GET);
    await client.closed;
    await pause(20);
    expect([serving.refused, serving.served]).toEqual([["malformed_request"], []]);
  });
});

describe("framing of replies", () => {
  const KEPT = "Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n";
  const end = ({ downstream }: Served, status: number, fields: string[]): void => {
    downstream.sendHead(status, "", ["Date", "now", ...fields]);
    downstream.end("hi", []);
  };
  it.each<[name: string, request: string, act: (one: Served) => void, reply: string]>([
    [
      "a length",
      GET,
      (one) => end(one, 200, ["Content-Length", "2"]),
      `200 \r\nDate: now\r\nContent-Length: 2\r\n${KEPT}\r\nhi`,
    ],
    [
      "chunks",
      GET,
      (one) => end(one, 200, []),
      `200 \r\nDate: now\r\n${KEPT}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    ],
    [
      "chunks and trailers, piece by piece",
      GET,
      ({ downstream }) => {
        downstream.sendHead(200, "", ["Date", "now"]);
        downstream.write(Buffer.from("hello world, 16."));
        downstream.write(Buffer.alloc(0));
        downstream.end(Buffer.alloc(10_000, "x"), ["T", "1"]);
      },
      `200 \r\nDate: now\r\n${KEPT}Transfer-Encoding: chunked\r\n\r\n` +
        `10\r\nhello world, 16.\r\n2710\r\n${"x".repeat(10_000)}\r\n0\r\nT: 1\r\n\r\n`,
    ],
    [
      "HEAD",
      requestText("HEAD /"),
      (one) => end(one, 200, ["Content-Length", "2"]),
      `200 \r\nDate: now\r\nContent-Length: 2\r\n${KEPT}\r\n`,
    ],
    [
      "HEAD without a length",
      requestText("HEAD /"),
      (one) => end(one, 200, []),
      `200 \r\nDate: now\r\n${KEPT}\r\n`,
    ],
    ["204", GET, (one) => end(one, 204, []), `204 \r\nDate: now\r\n${KEPT}\r\n`],
    [
      "304",
      GET,
      (one) => end(one, 304, ["Content-Length", "9"]),
      `304 \r\nDate: now\r\nContent-Length: 9\r\n${KEPT}\r\n`,
    ],
    [
      "HTTP/1.0",
      "GET / HTTP/1.0\r\n\r\n",
      (one) => end(one, 200, []),
      "200 \r\nDate: now\r\nConnection: close\r\n\r\nhi",
    ],
    [
      "HTTP/1.0 kept, of unknown length",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      (one) => end(one, 200, []),
      "200 \r\nDate: now\r\nConnection: close\r\n\r\nhi",
    ],
    [
      "HTTP/1.0 kept, of known length",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      (one) => end(one, 200, ["Content-Length", "2"]),
      `200 \r\nDate: now\r\nContent-Length: 2\r\n${KEPT}\r\nhi`,
    ],
    [
      "text beyond ASCII",
      GET,
      ({ downstream }) => {
        downstream.sendHead(200, "", ["Date", "now", "Content-Length", "3"]);
        downstream.end("\u20ac", []);
      },
      `200 \r\nDate: now\r\nContent-Length: 3\r\n${KEPT}\r\n\xe2\x82\xac`,
    ],
    [
      "interim responses",
      GET,
      (one) => {
        one.downstream.sendContinue();
        one.downstream.sendInterim(103, "Early Hints", ["Link", "x"]);
        end(one, 204, []);
        one.downstream.sendInterim(103, "late", []);
        one.downstream.sendContinue();
      },
      "100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
        `HTTP/1.1 204 \r\nDate: now\r\n${KEPT}\r\n`,
    ],
  ])("%s", async (...[, text, act, expected]) => {
    await using serving = await serve();
    using client = await connectRaw(serving.port, true);
    client.send(text);
    const one = await serving.exchange(0);
    act(one);
    const kept = one.downstream.keepAlive;
    client.socket.end();
    expect((await client.reader.rest()).toString("latin1")).toBe(`HTTP/1.1 ${expected}`);
    expect(kept).toBe(!expected.includes("Connection: close"));
  });

  it("one that can't be written safely throws, and another can be given instead", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(GET);
    const one = await serving.exchange(0);
    expect(() => one.downstream.sendHead(200, "", ["X", "a\r\nb"])).toThrow("not writable");
    expect(one.downstream.replied).toBe(false);
    one.reply("fine");
    expect((await client.response()).text).toBe("fine");
  });
});

describe.concurrent("backpressure", () => {
  it("a client that takes nothing for the time agreed is cut", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.socket.pause();
    client.send(GET);
    const one = await serving.exchange(0);
    one.downstream.sendHead(200, "OK", []);
    while (one.downstream.write(Buffer.alloc(100_000)));
    one.downstream.limitSilence(100);
    await one.until(({ told }) => told.length > 0);
    expect(one.told[0]!.code).toBe("client_too_slow");
  });

  it("so it is where its upload ended while the reply was held up", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.socket.pause();
    client.send(post(4, "ha"));
    const one = await serving.exchange(0);
    one.read(60_000);
    one.downstream.sendHead(200, "OK", []);
    while (one.downstream.write(Buffer.alloc(100_000)));
    one.downstream.limitSilence(100);
    client.send("lf");
    await one.until(({ told }) => told.length > 0);
    expect([one.body, one.told[0]!.code]).toEqual(["half", "client_too_slow"]);
  });

  it("onDrain is called when it takes more, and the limit of one reply is not the next one's", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.socket.pause();
    client.send(GET);
    const { downstream } = await serving.exchange(0);
    downstream.sendHead(200, "OK", []);
    while (downstream.write(Buffer.alloc(100_000)));
    downstream.limitSilence(100);
    const drained = new Promise<void>((resolve) => (downstream.onDrain = resolve));
    client.socket.resume();
    await drained;
    downstream.end("last", []);
    expect((await client.response()).text).toMatch(/last$/);
    client.send(GET);
    const next = await serving.exchange(1);
    await pause(200);
    next.reply("still there");
    expect((await client.response()).text).toBe("still there");
  });

  it("an upload is paused and resumed, and its silence counts only while it is waited for", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(post(3_000_000, "a"));
    const one = await serving.exchange(0);
    one.read(100);
    await one.until(({ body }) => body !== "");
    one.downstream.pauseBody();
    client.socket.write(Buffer.alloc(2_000_000));
    await pause(250);
    expect([one.silences, one.body.length]).toEqual([0, 1]);
    one.downstream.resumeBody();
    await one.until(({ silences, body }) => silences > 0 && body.length === 2_000_001);
  });

  it("an upload whose client falls silent while it is paused is missed once it is resumed", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.send(post(10, "a"));
    const one = await serving.exchange(0);
    one.read(60);
    await one.until(({ body }) => body !== "");
    one.downstream.pauseBody();
    await pause(120);
    one.downstream.resumeBody();
    await one.until(({ silences }) => silences > 0);
  });
});

it("connections beyond the limit are closed at once, and others served", async () => {
  await using serving = await serve({
    limits: { connections: 2 },
    opened: (one) => one.reply("x"),
  });
  using one = await connectRaw(serving.port);
  using two = await connectRaw(serving.port);
  for (const client of [one, two]) client.send(GET);
  await Promise.all([one.response(), two.response()]);
  using three = await connectRaw(serving.port);
  await three.closed;
  expect(serving.turnedAway).toEqual([["connections", "127.0.0.1"]]);
  one.socket.destroy();
  await pause(20);
  using four = await connectRaw(serving.port);
  four.send(GET);
  expect((await four.response()).status).toBe(200);
});

it("many requests on one connection leave no listeners behind", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  await using serving = await serve({
    opened(one, nth) {
      one.read(nth % 2 === 0 ? 1_000 : 0);
      void turn().then(() => one.reply(Buffer.alloc(nth % 3 === 0 ? 50_000 : 10)));
    },
  });
  using client = await connectRaw(serving.port);
  for (let nth = 0; nth < 60; nth++) {
    client.send(nth % 2 === 0 ? GET : post(2, "hi"));
    await client.response();
  }
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

describe("upgrade", () => {
  const ask = requestText("GET /", { Connection: "Upgrade", Upgrade: "websocket" });

  it("accepted: early bytes come with the socket, and weir is out of it", async () => {
    await using serving = await serve({ limits: { keep_alive_ms: 300, head_ms: 300 } });
    using client = await connectRaw(serving.port);
    client.send(`${ask}early`);
    client.send(" bird");
    const one = await serving.exchange(0);
    expect(one.downstream.head.upgrade).toBe("websocket");
    await pause(20);
    const { socket, leftover } = one.downstream.detach();
    expect(leftover.toString()).toBe("early bird");
    await pause(700);
    client.send(GET);
    socket.resume();
    const [chunk] = (await once(socket, "data")) as [Buffer];
    expect(chunk.toString()).toBe(GET);
    socket.write("raw");
    expect((await client.reader.exactly(3)).toString()).toBe("raw");
    socket.destroy();
    await client.closed;
    expect([serving.served.length, one.told]).toEqual([1, []]);
  });

  it("early bytes without end stay with the kernel", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    client.socket.write(Buffer.concat([Buffer.from(ask), Buffer.alloc(40_000_000)]));
    const one = await serving.exchange(0);
    await pause(50);
    expect(client.socket.writableLength).toBeGreaterThan(20_000_000);
    expect(one.downstream.detach().leftover.length).toBeLessThan(200_000);
  });
});

describe("drain", () => {
  it("idle connections are closed, what is in flight says Connection: close, heads begun are answered", async () => {
    await using serving = await serve();
    using idle = await connectRaw(serving.port);
    idle.send(GET);
    (await serving.exchange(0)).reply("x");
    await idle.response();
    using busy = await connectRaw(serving.port);
    busy.send(GET + GET);
    const one = await serving.exchange(1);
    using begun = await connectRaw(serving.port);
    begun.send("GET / HTTP/1.1\r\n");
    await pause(30);
    const drained = serving.drain(60_000);
    await idle.closed;
    one.reply("busy");
    const reply = await busy.response();
    expect([reply.text, reply.fields.get("connection")]).toEqual(["busy", "close"]);
    await busy.closed;
    begun.send("\r\n");
    (await serving.exchange(2)).reply("begun");
    expect((await begun.response()).fields.get("connection")).toBe("close");
    await drained;
    expect(serving.served).toHaveLength(3);
  });
});

/** As on a busy machine: no event is heard meanwhile, and timers are called first. */
function halt(ms: number): void {
  for (const endMs = Date.now() + ms; Date.now() < endMs;);
}

describe("after a halt of the process", () => {
  it.each([
    ["of a first request", "", GET],
    ["of a head that had begun", "GET / HTTP/1.1\r\n", "Host: a\r\n\r\n"],
  ])("what came in time %s is no later than it was", async (_, begun, rest) => {
    await using serving = await serve({ limits: { head_ms: 200 } });
    using client = await connectRaw(serving.port);
    const moveClock = stopClock();
    client.send(begun);
    await pause(20);
    client.send(rest);
    moveClock(400);
    halt(400);
    (await serving.exchange(0)).reply("x");
    expect((await client.response()).text).toBe("x");
  });

  it("a request on a connection that was let in is answered by one that drains", async () => {
    await using serving = await serve();
    using client = await connectRaw(serving.port);
    await pause(20);
    const drained = serving.drain(60_000);
    client.send(GET);
    halt(200);
    (await serving.exchange(0)).reply("x");
    expect((await client.response()).text).toBe("x");
    await drained;
  });
});

describe.concurrent("a reply that ends with its connection can't pass for whole where it is cut short, for", () => {
  const cuts: [why: string, cut: (one: Served, serving: Serving, client: RawClient) => unknown][] =
    [
      ["a slow reader", ({ downstream }) => (downstream.pace = { minBytesPerS: 1e9, windowMs: 1 })],
      ["one who reads nothing", ({ downstream }) => downstream.limitSilence(100)],
      ["the end of a drain", (_, serving) => serving.drain(100)],
      ["a client that has ended", (_, __, { socket }) => socket.end()],
    ];
  it.each(cuts.flatMap(([why, cut]) => [[why, false, cut] as const, [why, true, cut] as const]))(
    "%s; all of it with the socket: %s",
    async (_, whole, cut) => {
      await using serving = await serve({ limits: { head_ms: 200, keep_alive_ms: 200 } });
      using client = await connectRaw(serving.port);
      let fault = "";
      client.socket.on("error", ({ message }) => (fault = message)).pause();
      client.send("GET / HTTP/1.0\r\n\r\n");
      const one = await serving.exchange(0);
      one.downstream.sendHead(200, "OK", []);
      cut(one, serving, client);
      if (whole) one.downstream.end(Buffer.alloc(LARGE), []);
      else one.downstream.write(Buffer.alloc(LARGE));
      // Ends with the connection.
      await serving.drain(60_000);
      client.socket.resume();
      await new Promise((resolve) => client.socket.once("close", resolve));
      expect(fault).toContain("ECONNRESET");
    },
  );
});

describe("what the owner throws ends one connection, and no more", () => {
  const fail = (): never => {
    throw new Error("owner");
  };
  it.each<[string, string, (one: Served) => void]>([
    ["opened", GET, fail],
    [
      "sink.data",
      post(4, "half"),
      (one) => one.downstream.readBody({ data: fail, end: () => undefined, silent: fail }, 0),
    ],
    [
      "sink.end",
      post(4, "half"),
      (one) => one.downstream.readBody({ data: () => undefined, end: fail, silent: fail }, 0),
    ],
    [
      "sink.silent",
      post(9, "half"),
      (one) => one.downstream.readBody({ data: () => undefined, end: fail, silent: fail }, 50),
    ],
    [
      "watcher, of bytes that make no sense",
      `${CHUNKED}zz\r\n`,
      (one) => {
        one.downstream.watcher = { breakOff: fail };
        one.read();
      },
    ],
    [
      "watcher, of a client that left",
      `${GET}leave`,
      (one) => void (one.downstream.watcher = { breakOff: fail }),
    ],
    [
      "onDrain",
      `${GET}resume`,
      ({ downstream }) => {
        downstream.sendHead(200, "OK", []);
        while (downstream.write(Buffer.alloc(100_000)));
        downstream.onDrain = fail;
      },
    ],
    [
      "opened of the next",
      `${GET}${requestText("GET /next")}`,
      (one) => void turn().then(() => one.reply("x")),
    ],
  ])("%s", async (_, text, act) => {
    await using serving = await serve({
      opened(one, nth) {
        if (one.downstream.head.target === "/next") fail();
        if (nth === 0) act(one);
        else one.reply("fine");
      },
    });
    using client = await connectRaw(serving.port);
    client.socket.pause();
    client.send(text);
    await serving.exchange(0);
    await pause(50);
    if (text.endsWith("leave")) client.socket.destroy();
    client.socket.resume();
    await client.closed;
    await eventually(() => serving.failures.length > 0);
    expect(serving.failures).toEqual([new Error("owner")]);
    using other = await connectRaw(serving.port);
    other.send(GET);
    expect((await other.response()).text).toBe("fine");
  });

  it.each([
    ["at once", "nonsense\r\n"],
    ["at the end of its time", "GET / HTTP/1.1\r\n"],
    ["at the client's end", "GET / HTTP/1.1\r\nend"],
  ])("refused, %s", async (_, text) => {
    await using serving = await serve({ limits: { head_ms: 100 }, refuse: fail });
    using client = await connectRaw(serving.port);
    client.send(text);
    if (text.endsWith("end")) client.socket.end();
    await client.closed;
    expect(serving.failures).toEqual([new Error("owner")]);
  });
});
