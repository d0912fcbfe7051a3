// The client against real sockets: reuse, the cap, the queue, and connections that go stale.
import { expect, test } from "vitest";
import { answering, exchange, listenRaw, poolFor, RecordingSink, requestOf } from "./support.ts";

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

test("nobody listens: upstream_unreachable, nothing sent", async () => {
  const server = await listenRaw(() => undefined);
  await server[Symbol.asyncDispose]();
  const pool = poolFor(server.url);
  const { sink, attempt } = await exchange(pool);
  expect(sink.error?.code).toBe("upstream_unreachable");
  expect(attempt.sent).toBe(false);
  await pool.close(0);
});

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
