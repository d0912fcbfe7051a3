// The pool against real sockets: reuse, the cap, the queue, and connections that go stale.
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { freePort } from "../support/free-port.ts";
import {
  answering,
  deferred,
  exchange,
  listenRaw,
  poolFor,
  RecordingSink,
  requestOf,
} from "./support.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("a second request uses the first one's connection", async () => {
  let accepted = 0;
  await using server = await listenRaw((socket) => {
    accepted++;
    answering(() => OK)(socket);
  });
  const pool = poolFor(server.url);
  const first = await exchange(pool);
  const second = await exchange(pool);
  expect(first.sink.calls).toEqual(["head", "data", "end"]);
  expect(first.sink.body).toBe("ok");
  expect(first.attempt.reusedConnection).toBe(false);
  expect(first.attempt.timing.connectNs).toBeGreaterThan(0);
  expect(second.attempt.reusedConnection).toBe(true);
  expect(second.attempt.timing.connectNs).toBe(0);
  expect(second.attempt.timing.firstByteNs).toBeGreaterThan(0);
  expect(accepted).toBe(1);
  expect(pool.active).toBe(0);
  await pool.close(0);
});

test("a request sent from within `end` finds the connection free", async () => {
  await using server = await listenRaw(answering(() => OK));
  const pool = poolFor(server.url);
  const second = deferred<boolean>();
  const sink = new RecordingSink();
  sink.end = () => {
    const next = new RecordingSink();
    const attempt = pool.send(requestOf(), next);
    next.end = () => second.resolve(attempt.reusedConnection);
  };
  pool.send(requestOf(), sink);
  expect(await second.promise).toBe(true);
  await pool.close(0);
});

test("an answer that came while the process was halted came in time", async () => {
  // Stands still but for the halt; while an answer is waited for, only the pool's own look at its connections asks.
  let [nowNs, asked] = [0, 0];
  const clock = { ...systemClock, nowNs: () => (asked++, nowNs) };
  await using server = await listenRaw(
    answering((_, socket) => {
      const askedBefore = asked;
      const answer = (): void => {
        if (asked === askedBefore) return void setTimeout(() => setImmediate(answer), 10);
        socket.write(OK);
        nowNs += 10e9;
        for (const endMs = performance.now() + 300; performance.now() < endMs;);
      };
      setImmediate(answer);
      return null;
    }),
  );
  const pool = poolFor(server.url, { clock });
  const timeouts = { connectMs: 0, headerMs: 200, idleMs: 0 };
  expect((await exchange(pool, { timeouts })).sink.calls).toEqual(["head", "data", "end"]);
  await pool.close(0);
});

test("the freshest idle connection serves next", async () => {
  const served: Socket[] = [];
  await using server = await listenRaw(
    answering((_, socket) => {
      served.push(socket);
      return OK;
    }),
  );
  const pool = poolFor(server.url);
  await Promise.all([exchange(pool), exchange(pool), exchange(pool)]);
  const freshest = served.at(-1);
  await exchange(pool);
  await exchange(pool);
  expect(served.slice(3)).toEqual([freshest, freshest]);
  await pool.close(0);
});

test("at the cap requests wait in order; an abort in line or in flight makes room", async () => {
  const order: string[] = [];
  const waiting: Socket[] = [];
  const arrived = deferred<void>();
  await using server = await listenRaw(
    answering((head, socket) => {
      order.push(head.split(" ")[1] ?? "");
      waiting.push(socket);
      arrived.resolve();
      return order.length === 1 ? null : OK;
    }),
  );
  const pool = poolFor(server.url, { connections: 1 });
  const sinks = ["/1", "/2", "/3", "/4"].map((target) => {
    const sink = new RecordingSink();
    return { sink, attempt: pool.send(requestOf({ target }), sink) };
  });
  await arrived.promise;
  expect(pool.active).toBe(4);
  sinks[1]!.attempt.abort();
  expect(pool.active).toBe(3);
  sinks[0]!.attempt.abort();
  await sinks[3]!.sink.whenOver.promise;
  expect(order).toEqual(["/1", "/3", "/4"]);
  expect(sinks[0]!.sink.calls).toEqual([]);
  expect(sinks[1]!.sink.calls).toEqual([]);
  expect(sinks[2]!.sink.calls).toEqual(["head", "data", "end"]);
  expect(sinks[3]!.attempt.timing.queueNs).toBeGreaterThan(0);
  expect(sinks[3]!.attempt.reusedConnection).toBe(true);
  expect(pool.active).toBe(0);
  expect(server.sockets.size).toBe(1);
  await pool.close(0);
});

test("waiting in line is bounded by the connect limit", async () => {
  await using server = await listenRaw(answering(() => null));
  const pool = poolFor(server.url, { connections: 1 });
  const first = pool.send(requestOf(), new RecordingSink());
  const timeouts = { connectMs: 60, headerMs: 0, idleMs: 0 };
  const { sink, attempt } = await exchange(pool, { timeouts });
  expect(sink.error?.code).toBe("connect_timeout");
  expect(attempt.sent).toBe(false);
  first.abort();
  await pool.close(0);
});

test("an upstream that closes a reused connection unanswered: upstream_reset, told apart", async () => {
  await using server = await listenRaw(
    answering((_, socket, nth) => {
      if (nth === 0) return OK;
      socket.destroy();
      return null;
    }),
  );
  const pool = poolFor(server.url);
  await exchange(pool);
  const { sink, attempt } = await exchange(pool);
  expect(sink.calls).toEqual(["fail"]);
  expect(sink.error?.code).toBe("upstream_reset");
  expect(attempt).toMatchObject({ sent: true, reusedConnection: true });
  expect(attempt.timing.firstByteNs).toBe(0);
  expect((await exchange(pool)).sink.body).toBe("ok");
  await pool.close(0);
});

test("a connection that the upstream closed while idle is not used", async () => {
  const closed = deferred<void>();
  await using server = await listenRaw((socket) => {
    answering(() => OK)(socket);
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url);
  await exchange(pool);
  for (const socket of server.sockets) socket.end();
  await closed.promise;
  const { sink, attempt } = await exchange(pool);
  expect(sink.body).toBe("ok");
  expect(attempt.reusedConnection).toBe(false);
  await pool.close(0);
});

test.each([
  { name: "with the response", late: false },
  { name: "on the idle connection", late: true },
])("bytes nobody asked for, $name, never answer the next request", async ({ late }) => {
  const closed = deferred<void>();
  const smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  await using server = await listenRaw((socket) => {
    answering(() => (late ? OK : OK + smuggled))(socket);
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url);
  expect((await exchange(pool)).sink.body).toBe("ok");
  if (late) for (const socket of server.sockets) socket.write(smuggled);
  await closed.promise;
  const { sink, attempt } = await exchange(pool);
  expect(sink.body).toBe("ok");
  expect(attempt.reusedConnection).toBe(false);
  await pool.close(0);
});

test.each([
  { name: "after keepAliveMs", keepAliveMs: 60, field: "" },
  { name: "before the upstream's own limit", keepAliveMs: 60_000, field: "max=9, timeout=1" },
])("an idle connection is closed $name", async ({ keepAliveMs, field }) => {
  const closed = deferred<void>();
  await using server = await listenRaw((socket) => {
    answering(() => OK.replace("\r\n", `\r\nKeep-Alive: ${field}\r\n`))(socket);
    socket.on("close", () => closed.resolve());
  });
  const pool = poolFor(server.url, { keepAliveMs });
  await exchange(pool);
  await closed.promise;
  expect((await exchange(pool)).attempt.reusedConnection).toBe(false);
  await pool.close(0);
});

test.each([
  { keepAliveMs: 0, field: "timeout=5" },
  { keepAliveMs: 5000, field: "timeout=0" },
])("no reuse where none is wanted: %j", async ({ keepAliveMs, field }) => {
  await using server = await listenRaw(
    answering(() => OK.replace("\r\n", `\r\nKeep-Alive: ${field}\r\n`)),
  );
  const pool = poolFor(server.url, { keepAliveMs });
  await exchange(pool);
  expect((await exchange(pool)).attempt.reusedConnection).toBe(false);
  await pool.close(0);
});

test("close lets running requests end, refuses new ones, and then fails what is left", async () => {
  const arrived = deferred<Socket>();
  await using server = await listenRaw(
    answering((_, socket) => {
      arrived.resolve(socket);
      return null;
    }),
  );
  const gentle = poolFor(server.url);
  const sink = new RecordingSink();
  gentle.send(requestOf(), sink);
  const socket = await arrived.promise;
  const closing = gentle.close(60_000);
  expect((await exchange(gentle)).sink.error?.code).toBe("draining");
  socket.write(OK);
  await closing;
  expect(sink.calls).toEqual(["head", "data", "end"]);

  const hard = poolFor(server.url, { connections: 1 });
  const running = exchange(hard);
  const queued = exchange(hard);
  await hard.close(20);
  expect((await running).sink.error?.code).toBe("draining");
  expect((await queued).sink.error?.code).toBe("draining");
  expect(hard.active).toBe(0);
});

test("nobody listens: upstream_unreachable for each, nothing sent", async () => {
  const pool = poolFor(`http://127.0.0.1:${await freePort()}`, { connections: 2 });
  const all = await Promise.all(Array.from({ length: 6 }, () => exchange(pool)));
  expect(all.map(({ sink }) => sink.error?.code)).toEqual(
    Array.from({ length: 6 }, () => "upstream_unreachable"),
  );
  expect(all.some(({ attempt }) => attempt.sent)).toBe(false);
  expect(all[0]!.sink.error?.message).toContain("ECONNREFUSED");
  await pool.close(0);
});

test("a name that does not resolve: upstream_unreachable", async () => {
  const pool = poolFor("http://name.invalid:80");
  expect((await exchange(pool)).sink.error?.code).toBe("upstream_unreachable");
  await pool.close(0);
});
