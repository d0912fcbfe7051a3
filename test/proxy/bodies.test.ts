// Bodies in every framing, both ways, whole and under backpressure (RFC 9112 sections 6 and 7).
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw, exchangeRaw, requestText } from "../support/raw-client.ts";
import { OK, type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let proxy: TestProxy;
let answer = OK;
let closeAfter = false;

beforeAll(async () => {
  upstream = await startUpstream(async (call) => {
    await call.body();
    call.reply(answer);
    if (closeAfter) call.socket.end();
  });
  proxy = await startProxy({ upstreams: [upstream.url], config: { limits: { body_bytes: 1000 } } });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const CHUNKED = { "Transfer-Encoding": "chunked" };

describe("request", () => {
  const bodies: readonly [string, string, Record<string, string>, string, string, number][] = [
    ["Content-Length", "POST", { "Content-Length": "5" }, "hello", "hello", 5],
    ["Content-Length 0", "POST", { "Content-Length": "0" }, "", "", 0],
    ["chunked", "POST", CHUNKED, "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "hello", 5],
    [
      "chunk extensions",
      "PUT",
      CHUNKED,
      '2;a=b;c="d;e"\r\nhe\r\n3;x\r\nllo\r\n0;z\r\n\r\n',
      "hello",
      5,
    ],
    ["empty chunked", "POST", CHUNKED, "0\r\n\r\n", "", 0],
    ["GET with a body", "GET", { "Content-Length": "2" }, "hi", "hi", 2],
    ["none", "DELETE", {}, "", "", 0],
    ["bytes above ASCII", "POST", { "Content-Length": "3" }, "\x00\xff\x80", "\x00\xff\x80", 3],
  ];
  it.each(bodies)("%s", async (...[, method, fields, body, expected, bytes]) => {
    const nth = upstream.calls.length;
    await using fresh = await startProxy({ upstreams: [upstream.url] });
    const { status } = await exchangeRaw(fresh.port, requestText(`${method} /`, fields, body));
    expect(status).toBe(200);
    const call = await upstream.call(nth);
    expect((await call.body()).text).toBe(expected);
    expect(call.fields.get("content-length")).toBe(fields["Content-Length"]);
    expect(call.fields.get("transfer-encoding")).toBe(fields["Transfer-Encoding"]);
    expect(fresh.rows[0]).toMatchObject({ requestBytes: bytes, completed: true });
  });

  it("arrives whole though sent byte by byte", async () => {
    const nth = upstream.calls.length;
    using client = await connectRaw(proxy.port);
    for (const byte of requestText(
      "POST /",
      CHUNKED,
      "2;x\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: 1\r\n\r\n",
    )) {
      client.send(byte);
      await new Promise(setImmediate);
    }
    expect((await client.response()).status).toBe(200);
    expect((await (await upstream.call(nth)).body()).text).toBe("hello");
  });

  it("trailers reach the upstream, but not those that frame, route or authenticate", async () => {
    const nth = upstream.calls.length;
    const trailers = [
      "X-Sum: 1",
      "Host: evil",
      "Authorization: x",
      "X-Weir-Subject: root",
      "X_Weir_Subject: root",
      "x-api-key: k",
      "X-Forwarded-For: 1.1.1.1",
      "traceparent: junk",
      "Connection: close",
      "Set-Cookie: a=1",
      "Content-Type: a/b",
    ];
    const body = `2\r\nhi\r\n0\r\n${trailers.join("\r\n")}\r\n\r\n`;
    await exchangeRaw(proxy.port, requestText("POST /", { ...CHUNKED, Trailer: "X-Sum" }, body));
    const call = await upstream.call(nth);
    expect((await call.body()).trailers.lines).toEqual([["X-Sum", "1"]]);
    expect(call.fields.get("trailer")).toBe("X-Sum");
  });

  it.each(["Content-Length: 9", "Transfer-Encoding: chunked"])(
    "a trailer that would frame it makes it malformed: %s",
    async (trailer) => {
      const body = `2\r\nhi\r\n0\r\n${trailer}\r\n\r\n`;
      expect((await exchangeRaw(proxy.port, requestText("POST /", CHUNKED, body))).status).toBe(
        400,
      );
    },
  );

  it.each([
    ["announced", { "Content-Length": "1001" }, ""],
    ["found out on the way", CHUNKED, `3e9\r\n${"x".repeat(1001)}\r\n`],
  ])("over limits.body_bytes is refused with 413: %s", async (_, fields, body) => {
    const nth = proxy.rows.length;
    using client = await connectRaw(proxy.port);
    client.send(requestText("POST /", fields, body));
    const { status, text, fields: got } = await client.response();
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ code: "body_too_large" });
    expect(got.get("connection")).toBe("close");
    expect(proxy.rows[nth]).toMatchObject({
      status: 413,
      errorCode: "body_too_large",
      completed: true,
    });
  });

  it("413 reaches a client that goes on sending", async () => {
    using client = await connectRaw(proxy.port);
    client.send(requestText("POST /", { "Content-Length": "50000000" }));
    const chunk = "x".repeat(65_536);
    const pump = setInterval(() => client.send(chunk), 1);
    const { status } = await client.response().finally(() => clearInterval(pump));
    expect(status).toBe(413);
  });
});

describe("response", () => {
  const trailered =
    "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\ntraceresponse: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const responses: readonly [
    string,
    string,
    boolean,
    string,
    Record<string, string | undefined>,
  ][] = [
    ["Content-Length", "Content-Length: 5\r\n\r\nhello", false, "hello", { "content-length": "5" }],
    [
      "chunked",
      "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
      false,
      "hello",
      { "content-length": undefined, "transfer-encoding": "chunked" },
    ],
    [
      "until close",
      "Connection: close\r\n\r\nhello",
      true,
      "hello",
      { "transfer-encoding": "chunked" },
    ],
    ["empty until close", "\r\n", true, "", {}],
    ["empty", "Content-Length: 0\r\n\r\n", false, "", { "content-length": "0" }],
    [
      "Trailer without chunks",
      "Trailer: X-T\r\nContent-Length: 5\r\n\r\nhello",
      false,
      "hello",
      { trailer: undefined },
    ],
  ];
  it.each(responses)("%s", async (...[, lines, close, expected, fields]) => {
    answer = `HTTP/1.1 200 OK\r\n${lines}`;
    closeAfter = close;
    const nth = proxy.rows.length;
    const response = await exchangeRaw(proxy.port, requestText("GET /"));
    closeAfter = false;
    expect(response).toMatchObject({ status: 200, text: expected });
    for (const [name, value] of Object.entries(fields))
      expect(response.fields.get(name)).toBe(value);
    expect(proxy.rows[nth]).toMatchObject({
      status: 200,
      responseBytes: expected.length,
      completed: true,
    });
  });

  it("trailers reach the client, but not those that frame the message or set state", async () => {
    answer = `HTTP/1.1 200 OK\r\n${trailered}`;
    const { text, trailers, fields } = await exchangeRaw(
      proxy.port,
      requestText("GET /", { TE: "trailers" }),
    );
    expect(text).toBe("hello");
    expect(fields.get("trailer")).toBe("X-Sum");
    expect(trailers.lines).toEqual([["X-Sum", "1"]]);
  });

  const bodiless: readonly [string, string, string, string | undefined][] = [
    ["HEAD keeps Content-Length", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1234", "1234"],
    [
      "HEAD without a length",
      "HEAD",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X",
      undefined,
    ],
    ["204", "GET", "HTTP/1.1 204 No Content", undefined],
    [
      "204 must not have a length",
      "GET",
      "HTTP/1.1 204 No Content\r\nContent-Length: 0",
      undefined,
    ],
    ["304 keeps Content-Length", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99", "99"],
  ];
  it.each(bodiless)("%s", async (...[, method, head, length]) => {
    answer = `${head}\r\n\r\n`;
    using client = await connectRaw(proxy.port);
    client.send(requestText(`${method} /`));
    const { fields } = await client.response(method);
    expect(fields.get("content-length")).toBe(length);
    expect(fields.names).not.toContain("transfer-encoding");
    // Had there been a byte of body, it would be taken for the next response.
    answer = OK;
    client.send(requestText("GET /"));
    expect((await client.response()).text).toBe("ok");
  });

  it("a broken one is cut off, and the row says so", async () => {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel";
    closeAfter = true;
    const nth = proxy.rows.length;
    using client = await connectRaw(proxy.port);
    client.send(requestText("GET /"));
    await expect(client.response()).rejects.toThrow("early");
    closeAfter = false;
    expect(await proxy.row(nth)).toMatchObject({
      status: 200,
      completed: false,
      errorCode: "upstream_reset",
      errorSource: "upstream",
    });
  });
});

const MIB = 1024 * 1024;
const BIG = 50 * MIB;

describe("50 MB under backpressure", () => {
  it("a client that does not read stalls the upstream, and then gets all", async () => {
    let written = 0;
    await using source = await startUpstream(async ({ socket, reply }) => {
      reply(`HTTP/1.1 200 OK\r\nContent-Length: ${BIG}\r\n\r\n`);
      for (; written < BIG; written += MIB)
        if (!socket.write(Buffer.alloc(MIB, 120))) await once(socket, "drain");
    });
    await using own = await startProxy({ upstreams: [source.url] });
    using client = await connectRaw(own.port);
    let read = 0;
    client.socket.removeAllListeners("data");
    client.socket.pause();
    client.send(requestText("GET /"));
    await stalls(() => written);
    expect(written).toBeLessThan(BIG / 2);
    const whole = new Promise<void>((resolve) =>
      client.socket.on("data", (chunk: Buffer) => {
        read += chunk.length;
        if (read > BIG) resolve();
      }),
    );
    client.socket.resume();
    expect(await own.row(0)).toMatchObject({ responseBytes: BIG, completed: true });
    await whole;
  });

  it.each(["length", "chunked"])(
    "an upstream that does not read stalls the client: %s",
    async (framing) => {
      let got = 0;
      const { createServer } = await import("node:net");
      const server = createServer({ pauseOnConnect: true }, (socket) => {
        server.emit("arrived", socket);
        socket.on("error", () => undefined);
        socket.on("data", (chunk: Buffer) => {
          got += chunk.length;
          if (got >= BIG) socket.end(OK);
        });
        socket.pause();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const arrived = once(server, "arrived");
      await using own = await startProxy({ upstreams: [`http://127.0.0.1:${port}`] });
      using client = await connectRaw(own.port);
      client.send(
        requestText("POST /", framing === "length" ? { "Content-Length": String(BIG) } : CHUNKED),
      );
      let sent = 0;
      const pump = (async () => {
        for (; sent < BIG; sent += MIB) {
          if (framing === "chunked") client.send(`${MIB.toString(16)}\r\n`);
          const more = client.socket.write(Buffer.alloc(MIB, 120));
          if (framing === "chunked") client.send("\r\n");
          if (!more) await once(client.socket, "drain");
        }
        if (framing === "chunked") client.send("0\r\n\r\n");
      })();
      const [socket] = (await arrived) as [{ resume: () => void }];
      await stalls(() => sent);
      expect(sent).toBeLessThan(BIG / 2);
      socket.resume();
      await pump;
      expect((await client.response()).status).toBe(200);
      expect(own.rows[0]).toMatchObject({ requestBytes: BIG, completed: true });
      server.close();
    },
  );
});

/** Resolves once a number that grew has stopped growing. */
async function stalls(read: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    same = read() === last && last > 0 ? same + 1 : 0;
    last = read();
  }
}

describe("an answer before the body is whole", () => {
  it("reaches the client, and the connection is not used for what follows in doubt", async () => {
    await using early = await startUpstream((call) => {
      call.reply("HTTP/1.1 403 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
      call.socket.end();
    });
    await using own = await startProxy({ upstreams: [early.url] });
    using client = await connectRaw(own.port);
    client.send(requestText("POST /", { "Content-Length": "10000000" }, "some"));
    expect(await client.response()).toMatchObject({ status: 403, text: "no" });
    await client.closed;
    expect(own.rows).toHaveLength(1);
    expect(own.rows[0]).toMatchObject({ status: 403, completed: true });
  });

  it("outlives the reset of an upstream that answers and closes", async () => {
    const refusing = createServer((_, response) => {
      response.writeHead(413, { Connection: "close" }).end("no");
    }).listen(0, "127.0.0.1");
    await once(refusing, "listening");
    const { port } = refusing.address() as AddressInfo;
    await using own = await startProxy({ upstreams: [`http://127.0.0.1:${port}`] });
    const bytes = 4 * 1024 * 1024;
    for (let nth = 0; nth < 8; nth++) {
      using client = await connectRaw(own.port);
      const fields = { "Content-Length": String(bytes) };
      client.send(requestText("POST /", fields, "x".repeat(bytes)));
      expect((await client.response()).status).toBe(413);
    }
    refusing.close();
  });

  it.each([
    ["weir's own", "/none", 404],
    ["the upstream's, and the connection ends", "/", 403],
  ])("reaches a client that reads only once it has sent all: %s", async (_, path, status) => {
    await using early = await startUpstream((call) =>
      call.reply("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"),
    );
    const config = { routes: [{ name: "r", match: { path: "/" }, service: "app" }] };
    await using own = await startProxy({ upstreams: [early.url], config });
    using client = await connectRaw(own.port);
    client.socket.pause();
    const bytes = 16 * 1024 * 1024;
    const fields = { "Content-Length": String(bytes), Connection: "close" };
    const sent = new Promise((resolve) => {
      client.socket.write(requestText(`POST ${path}`, fields, "x".repeat(bytes)), resolve);
    });
    expect(await sent).toBeFalsy();
    client.socket.resume();
    expect((await client.response()).status).toBe(status);
  });

  it("the rest of a body that still comes is read, and the next request answered", async () => {
    let nth = 0;
    await using early = await startUpstream((call) =>
      call.reply(nth++ === 0 ? OK.replace("200 OK", "413 Big") : OK),
    );
    await using own = await startProxy({ upstreams: [early.url] });
    using client = await connectRaw(own.port);
    client.send(requestText("POST /", { "Content-Length": "6" }, "abc"));
    expect((await client.response()).status).toBe(413);
    client.send(`def${requestText("GET /next")}`);
    expect((await client.response()).status).toBe(200);
  });

  it("streams both ways at once", async () => {
    await using echo = await startUpstream(async (call) => {
      call.reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (let line = ""; line !== "3\r\nend\r\n";) {
        const size = await call.reader.until("\r\n");
        line = `${size}${await call.reader.until("\r\n")}`;
        call.reply(line);
      }
      await call.reader.until("\r\n\r\n");
      call.reply("0\r\n\r\n");
    });
    await using own = await startProxy({ upstreams: [echo.url] });
    using client = await connectRaw(own.port);
    client.send(requestText("POST /", CHUNKED));
    expect((await client.head()).status).toBe(200);
    for (const word of ["one", "two", "end"]) {
      client.send(`3\r\n${word}\r\n`);
      expect(await client.reader.until(`${word}\r\n`)).toContain(word);
    }
    client.send("0\r\n\r\n");
    expect(await client.reader.until("0\r\n\r\n")).toBe("0\r\n\r\n");
    expect(own.rows).toHaveLength(1);
  });
});
