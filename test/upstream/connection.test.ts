// One exchange on real sockets: bodies both ways, pressure, time limits, upgrades, faults.
import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import {
  answering,
  deferred,
  exchange,
  listenRaw,
  NO_TIMEOUTS,
  poolFor,
  RecordingSink,
  requestOf,
} from "./support.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async function untilLength(socket: Socket, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += String((await once(socket, "data"))[0]);
  return text;
}

test("a chunked request and a chunked response with trailers", async () => {
  let received = "";
  await using server = await listenRaw((socket) => {
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (!received.endsWith("\r\nX-Sum: 7\r\n\r\n")) return;
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      socket.write("4;ext=1\r\ndefg\r\n0\r\nX-End: yes\r\n\r\n");
    });
  });
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const attempt = pool.send(requestOf({ method: "POST", body: "chunked" }), sink);
  expect(attempt.write(Buffer.from("hello"))).toBe(false);
  attempt.onDrain = () => attempt.finish(["X-Sum", "7"]);
  await sink.whenOver.promise;
  expect(received).toBe(
    "POST / HTTP/1.1\r\nHost: upstream.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n",
  );
  expect(sink.body).toBe("abcdefg");
  expect(sink.trailers).toEqual(["X-End", "yes"]);
  await pool.close(0);
});

test("on a reused connection head and first piece go out as one packet", async () => {
  const packets: string[] = [];
  await using server = await listenRaw((socket) => {
    socket.on("data", (chunk) => {
      packets.push(chunk.toString("latin1"));
      socket.write(OK);
    });
  });
  const pool = poolFor(server.url);
  await exchange(pool);
  const sink = new RecordingSink();
  const headers = ["Content-Length", "4"];
  const attempt = pool.send(requestOf({ method: "POST", body: "length", headers }), sink);
  expect(attempt.write(Buffer.from("body"))).toBe(true);
  attempt.finish([]);
  await sink.whenOver.promise;
  expect(packets[1]).toBe("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody");
  expect((await exchange(pool)).attempt.reusedConnection).toBe(true);
  await pool.close(0);
});

test("a head whose body is late is sent without it", async () => {
  const arrived = deferred<Socket>();
  await using server = await listenRaw(
    answering((_, socket) => {
      arrived.resolve(socket);
      return null;
    }),
  );
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const attempt = pool.send(requestOf({ method: "POST", body: "chunked" }), sink);
  const socket = await arrived.promise;
  const rest = untilLength(socket, 11);
  attempt.write(Buffer.from("a"));
  attempt.finish([]);
  expect(await rest).toBe("1\r\na\r\n0\r\n\r\n");
  attempt.abort();
  await pool.close(0);
});

test.each([
  { name: "too long", piece: "12345" },
  { name: "too short", piece: "123" },
])(
  "a request body $name for its Content-Length fails and ends the connection",
  async ({ piece }) => {
    await using server = await listenRaw(() => undefined);
    const pool = poolFor(server.url);
    const sink = new RecordingSink();
    const headers = ["Content-Length", "4"];
    const attempt = pool.send(requestOf({ method: "POST", body: "length", headers }), sink);
    attempt.write(Buffer.from(piece));
    attempt.finish([]);
    await sink.whenOver.promise;
    expect(sink.error?.code).toBe("internal");
    await pool.close(0);
  },
);

test("an unwritable request fails without a connection, after send has returned", async () => {
  const pool = poolFor("http://127.0.0.1:1");
  const sink = new RecordingSink();
  const attempt = pool.send(requestOf({ target: "/a b" }), sink);
  expect(sink.calls).toEqual([]);
  await sink.whenOver.promise;
  expect(sink.error?.code).toBe("internal");
  expect(attempt.sent).toBe(false);
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test("an answer before the request was sent whole is delivered, and ends the connection", async () => {
  const closed = deferred<void>();
  await using server = await listenRaw((socket) => {
    answering(() => "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")(socket);
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const attempt = pool.send(requestOf({ method: "POST", body: "chunked" }), sink);
  attempt.write(Buffer.from("part"));
  await sink.whenOver.promise;
  expect(sink.response?.status).toBe(413);
  expect(sink.body).toBe("no");
  expect(attempt.write(Buffer.from("more"))).toBe(true);
  attempt.finish([]);
  await closed.promise;
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test("interim responses come before the final one", async () => {
  await using server = await listenRaw(
    answering(() => `HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 102 P\r\n\r\n${OK}`),
  );
  const pool = poolFor(server.url);
  const { sink } = await exchange(pool);
  expect(sink.calls).toEqual(["informational", "informational", "head", "data", "end"]);
  expect(sink.informationals.map((head) => head.status)).toEqual([103, 102]);
  await pool.close(0);
});

test("a body until close", async () => {
  await using server = await listenRaw(
    answering((_, socket) => {
      socket.end("HTTP/1.1 200 OK\r\n\r\nall of it");
      return null;
    }),
  );
  const pool = poolFor(server.url);
  const { sink } = await exchange(pool);
  expect(sink.body).toBe("all of it");
  expect(sink.calls.at(-1)).toBe("end");
  await pool.close(0);
});

test.each([
  { name: "nothing", bytes: "", code: "upstream_reset" },
  { name: "half a head", bytes: "HTTP/1.1 200 OK\r\nA: b", code: "upstream_reset" },
  { name: "half a body", bytes: OK.slice(0, -1), code: "upstream_reset" },
  {
    name: "half a chunk",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    code: "upstream_reset",
  },
  { name: "garbage", bytes: "SSH-2.0-x\r\n", code: "upstream_malformed" },
])("a connection that ends after $name: $code, once", async ({ bytes, code }) => {
  await using server = await listenRaw(
    answering((_, socket) => {
      socket.end(bytes);
      return null;
    }),
  );
  const pool = poolFor(server.url);
  const { sink, attempt } = await exchange(pool);
  expect(sink.error?.code).toBe(code);
  expect(sink.calls.filter((call) => call === "fail")).toHaveLength(1);
  expect(attempt).toMatchObject({ sent: true, reusedConnection: false });
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test.each([
  { name: "no head", bytes: "", code: "header_timeout" },
  { name: "an interim head only", bytes: "HTTP/1.1 100 C\r\n\r\n", code: "header_timeout" },
  { name: "a body that stops", bytes: OK.slice(0, -1), code: "idle_timeout" },
])("$name: $code", async ({ bytes, code }) => {
  await using server = await listenRaw(answering(() => bytes));
  const pool = poolFor(server.url);
  const timeouts = { connectMs: 0, headerMs: 60, idleMs: 60 };
  expect((await exchange(pool, { timeouts })).sink.error?.code).toBe(code);
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test("a slow client's body is not the upstream's silence", async () => {
  await using server = await listenRaw((socket) => {
    socket.on("data", (chunk) => {
      if (chunk.toString("latin1").endsWith("0\r\n\r\n")) socket.write(OK);
    });
  });
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const timeouts = { connectMs: 0, headerMs: 1_000, idleMs: 1_000 };
  const attempt = pool.send(requestOf({ method: "POST", body: "chunked", timeouts }), sink);
  setTimeout(() => attempt.finish([]), 1_500);
  await sink.whenOver.promise;
  expect(sink.error).toBeNull();
  await pool.close(0);
});

test("a TLS handshake that never ends: connect_timeout, nothing sent", async () => {
  await using server = await listenRaw(() => undefined);
  const pool = poolFor(server.url.replace("http:", "https:"));
  const { sink, attempt } = await exchange(pool, { timeouts: { ...NO_TIMEOUTS, connectMs: 60 } });
  expect(sink.error?.code).toBe("connect_timeout");
  expect(attempt.sent).toBe(false);
  await pool.close(0);
});

test("a sink that wants no more stops the upstream; resume gets all of it", async () => {
  const size = 16 * 1024 * 1024;
  const upstream = deferred<Socket>();
  await using server = await listenRaw(
    answering((_, socket) => {
      upstream.resolve(socket);
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      for (let at = 0; at < size; at += 65_536) socket.write(Buffer.alloc(65_536, at >> 16));
      return null;
    }),
  );
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  sink.more = false;
  const timeouts = { connectMs: 0, headerMs: 0, idleMs: 60 };
  const attempt = pool.send(requestOf({ timeouts }), sink);
  const socket = await upstream.promise;
  // Longer than the idle limit: waiting for the client is not the upstream's silence.
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(sink.error).toBeNull();
  expect(sink.chunks.length).toBe(1);
  expect(socket.writableLength).toBeGreaterThan(0);
  sink.more = true;
  attempt.resume();
  await sink.whenOver.promise;
  expect(sink.error).toBeNull();
  expect(sink.sawLast).toBe(true);
  const body = Buffer.concat(sink.chunks);
  expect(body.length).toBe(size);
  for (let at = 0; at < size; at += 65_536) expect(body[at]).toBe((at >> 16) & 0xff);
  await pool.close(0);
});

test("an upstream that does not read makes write answer false until it drains", async () => {
  const upstream = deferred<Socket>();
  await using server = await listenRaw((socket) => {
    socket.pause();
    upstream.resolve(socket);
  });
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const total = 32 * 1024 * 1024;
  const headers = ["Content-Length", String(total)];
  const attempt = pool.send(requestOf({ method: "PUT", body: "length", headers }), sink);
  const piece = Buffer.alloc(65_536);
  let written = 0;
  const pump = (): void => {
    let more = true;
    while (more && written < total) {
      more = attempt.write(piece);
      written += piece.length;
    }
    if (written === total) attempt.finish([]);
  };
  attempt.onDrain = pump;
  pump();
  const socket = await upstream.promise;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(written).toBeLessThan(total);
  let read = 0;
  socket.on("data", (chunk) => {
    read += chunk.length;
    if (read >= total) socket.write(OK);
  });
  socket.resume();
  await sink.whenOver.promise;
  expect(sink.error).toBeNull();
  expect(written).toBe(total);
  await pool.close(0);
});

test("an upstream that stops taking the request's body: idle_timeout", async () => {
  await using server = await listenRaw((socket) => void socket.pause());
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const timeouts = { connectMs: 0, headerMs: 0, idleMs: 60 };
  const attempt = pool.send(requestOf({ method: "PUT", body: "chunked", timeouts }), sink);
  const piece = Buffer.alloc(4 * 1024 * 1024);
  attempt.onDrain = () => void attempt.write(piece);
  attempt.write(piece);
  await sink.whenOver.promise;
  expect(sink.error?.code).toBe("idle_timeout");
  await pool.close(0);
});

test("an upgrade hands over the socket with the bytes that came early, both ways", async () => {
  const closed = deferred<void>();
  let requestHead = "";
  await using server = await listenRaw((socket) => {
    socket.once("data", (chunk) => {
      requestHead = chunk.toString("latin1");
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\nearly");
      socket.on("data", (more) => socket.write(more));
    });
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url);
  const { sink } = await exchange(pool, { upgrade: "echo" });
  expect(requestHead).toContain("\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  expect(sink.calls).toEqual(["upgraded"]);
  expect(sink.leftover).toBe("early");
  const socket = sink.socket!;
  socket.write("ping");
  socket.resume();
  const [echo] = (await once(socket, "data")) as [Buffer];
  expect(echo.toString()).toBe("ping");
  expect(pool.active).toBe(0);
  await pool.close(10);
  await closed.promise;
});

test("an upgrade that is refused is a response, and its connection serves on", async () => {
  await using server = await listenRaw(answering(() => OK));
  const pool = poolFor(server.url, { connections: 1 });
  await exchange(pool);
  const { sink, attempt } = await exchange(pool, { upgrade: "websocket" });
  expect(sink.calls).toEqual(["head", "data", "end"]);
  expect(attempt.reusedConnection).toBe(false);
  expect((await exchange(pool)).sink.body).toBe("ok");
  expect((await exchange(pool, { upgrade: "x" })).sink.body).toBe("ok");
  await pool.close(0);
});

test.each(["head", "data"] as const)("abort within %s: no further call", async (name) => {
  const closed = deferred<void>();
  await using server = await listenRaw((socket) => {
    answering(() => OK)(socket);
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url);
  const sink = new RecordingSink();
  const told = sink[name] as (...args: unknown[]) => boolean;
  const attempt = pool.send(requestOf(), sink);
  Object.assign(sink, {
    [name]: (...args: unknown[]) => {
      attempt.abort();
      return told(...args);
    },
  });
  await closed.promise;
  expect(sink.calls.at(-1)).toBe(name);
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test.each(["head", "data", "end", "fail"] as const)("a sink that throws in %s", async (name) => {
  await using server = await listenRaw(answering(() => OK));
  const pool = poolFor(name === "fail" ? "http://127.0.0.1:1" : server.url);
  const sink = new RecordingSink();
  const thrown = deferred<void>();
  Object.assign(sink, {
    [name]: () => {
      thrown.resolve();
      throw new Error("sink fault");
    },
  });
  pool.send(requestOf(), sink);
  await thrown.promise;
  if (name !== "fail") expect((await sink.whenOver.promise).error?.code).toBe("internal");
  expect(pool.active).toBe(0);
  await pool.close(0);
});
