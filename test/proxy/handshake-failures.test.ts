// TLS handshakes that come to nothing: each kind is counted and told, whether the name is read first or not.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createHandshakeFailures,
  createHandshakeReport,
  handshakeFailures,
} from "../../src/proxy/handshake-failures.ts";
import { createLog, silentLog } from "../../src/core/log.ts";
import { type Authority, createAuthority, type Pair } from "../support/certificates.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";

let authority: Authority;
let other: Authority;
let pairs: readonly Pair[];

beforeAll(() => {
  authority = createAuthority();
  other = createAuthority("Another CA");
  pairs = ["a", "b"].map((name) => authority.issue(name, { san: `DNS:${name}.test` }));
});
afterAll(() => {
  authority[Symbol.dispose]();
  other[Symbol.dispose]();
});

const startWith = (certificates: readonly Pair[], headMs = 60_000): Promise<TestProxy> =>
  startProxy({
    upstreams: ["http://127.0.0.1:1"],
    config: {
      listen: { http: "127.0.0.1:0", https: { listen: "127.0.0.1:0", certificates } },
      limits: { head_ms: headMs },
    },
  });

async function raw(port: number, bytes: Uint8Array | string, ends: boolean): Promise<void> {
  const socket = connectPlain(port, "127.0.0.1").on("error", () => undefined);
  await once(socket, "connect");
  if (bytes.length > 0) socket.write(bytes);
  if (ends) socket.end();
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
}

async function secure(port: number, options: ConnectionOptions): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", servername: "a.test", ...options });
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("close", resolve));
}

/** As browsers do, it tells the server why it goes; Node's client doesn't. */
async function untrusting(port: number): Promise<void> {
  const args = ["-connect", `127.0.0.1:${port}`, "-CAfile", other.ca, "-verify_return_error"];
  const client = execFile("openssl", ["s_client", ...args, "-servername", "a.test"]);
  client.stdin?.end();
  await once(client, "close");
}

/** A record of 200 bytes is announced. */
const HELLO_BEGUN = Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196]);

const kinds: readonly (readonly [string, string, (port: number) => Promise<void>])[] = [
  ["nothing is sent", "timeout", (port) => raw(port, "", false)],
  ["half a hello, and then nothing", "timeout", (port) => raw(port, HELLO_BEGUN, false)],
  ["gone at once", "closed", (port) => raw(port, "", true)],
  ["gone within the hello", "closed", (port) => raw(port, HELLO_BEGUN, true)],
  ["plain HTTP", "no_tls", (port) => raw(port, "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", false)],
  ["noise", "no_tls", (port) => raw(port, "x".repeat(100), false)],
  ["another authority is trusted", "client_alert", untrusting],
  [
    "no cipher in common",
    "nothing_shared",
    (port) => secure(port, { maxVersion: "TLSv1.2", ciphers: "AES128-SHA", ca: "" }),
  ],
  [
    "an old version",
    "nothing_shared",
    (port) =>
      secure(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }),
  ],
];

describe.each([1, 2])("%i certificates", (count) => {
  test.each(kinds)("%s: %s", async (_, reason, come) => {
    const headMs = reason === "timeout" ? 300 : undefined;
    await using proxy = await startWith(pairs.slice(0, count), headMs);
    await come(proxy.httpsPort);
    await expect
      .poll(() => proxy.handshakeFailures())
      .toEqual([{ listener: "https", reason, count: 1 }]);
    const said = proxy.log.filter((line) => line.includes("tls_handshake_failed"));
    expect(said.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: "warn", reason: expect.stringMatching(/./) },
    ]);
  });

  test("one that succeeds counts nothing", async () => {
    await using proxy = await startWith(pairs.slice(0, count));
    const ca = readFileSync(authority.ca);
    const socket = connect({ port: proxy.httpsPort, host: "127.0.0.1", servername: "a.test", ca });
    socket.write("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
    await once(socket.resume(), "close");
    expect(proxy.handshakeFailures()).toEqual([]);
  });
});

test("counted in one place for both listeners; what has no kind of its own is there, too", () => {
  const cells = createHandshakeFailures();
  const https = createHandshakeReport({ cells, listener: "https", log: silentLog });
  const lines: string[] = [];
  const log = createLog("info", (line) => void lines.push(line));
  const admin = createHandshakeReport({ cells, listener: "admin", log });
  for (const reason of ["bad extension", "", "ERR_TLS_HANDSHAKE_TIMEOUT"]) https(reason, "::1");
  for (let nth = 0; nth < 3; nth++) admin("tlsv1 alert unknown ca", "::1");
  expect(handshakeFailures(cells).filter(({ count }) => count > 0)).toEqual([
    { listener: "https", reason: "timeout", count: 1 },
    { listener: "https", reason: "other", count: 2 },
    { listener: "admin", reason: "client_alert", count: 3 },
  ]);
  expect(lines).toHaveLength(1);
});
