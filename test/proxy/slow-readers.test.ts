// Clients that read an answer slowly, plain and over TLS: those that read nothing or too little are cut off.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority } from "../support/certificates.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { requestText } from "../support/raw-client.ts";
import { type RawUpstream, startUpstream } from "../support/raw-upstream.ts";

/** More than kernels hold for a reader. */
const BODY_BYTES = 14_000_000;
const STEP_MS = 100;

let authority: Authority;
let upstream: RawUpstream;

beforeAll(async () => {
  authority = createAuthority();
  const body = "x".repeat(BODY_BYTES);
  upstream = await startUpstream((call) =>
    call.reply(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES}\r\n\r\n${body}`),
  );
});
afterAll(async () => {
  await upstream[Symbol.asyncDispose]();
  authority[Symbol.dispose]();
});

function start(minBytesPerS: number): Promise<TestProxy> {
  const certificates = [authority.issue("weir", { san: "DNS:weir.test" })];
  return startProxy({
    upstreams: [upstream.url],
    config: {
      listen: { http: "127.0.0.1:0", https: { listen: "127.0.0.1:0", certificates } },
      timeouts: { idle_ms: 1_000, min_bytes_per_second: minBytesPerS },
    },
  });
}

function dial(proxy: TestProxy, secure: boolean): Socket {
  const host = "127.0.0.1";
  return secure
    ? connectTls({ host, port: proxy.httpsPort, rejectUnauthorized: false })
    : connect({ host, port: proxy.port });
}

/** Bytes of the answer of one who takes a piece of it now and then, or nothing at all. */
async function readSlowly(socket: Socket, takes: boolean): Promise<number> {
  let read = 0;
  socket.pause();
  socket.on("error", () => undefined);
  const reader = setInterval(() => {
    const chunk = takes ? (socket.read() as Buffer | null) : null;
    read += chunk?.length ?? 0;
  }, STEP_MS);
  socket.write(requestText("GET /", { Connection: "close" }));
  await once(socket, "close").finally(() => clearInterval(reader));
  return read;
}

// Together, as they mostly wait.
describe.concurrent.each([
  ["plain", false],
  ["over TLS", true],
])("%s", (_, secure) => {
  it("one who reads nothing is cut off", async () => {
    await using proxy = await start(240);
    const socket = dial(proxy, secure);
    const read = readSlowly(socket, false);
    expect(await proxy.row(0)).toMatchObject({
      status: 200,
      completed: false,
      errorCode: "client_too_slow",
      errorSource: "client",
    });
    socket.destroy();
    await read;
  });

  it("one who reads less than allowed is cut off", async () => {
    await using proxy = await start(1_048_576);
    const socket = dial(proxy, secure);
    const read = readSlowly(socket, true);
    expect(await proxy.row(0)).toMatchObject({ completed: false, errorCode: "client_too_slow" });
    socket.destroy();
    expect(await read).toBeLessThan(BODY_BYTES);
  });
});
