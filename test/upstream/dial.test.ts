// Endpoints over TLS: trusted, not trusted, and the large bodies that change read buffers.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createUpstreamPool } from "../../src/upstream/pool.ts";
import type { UpstreamEndpoint, UpstreamPool } from "../../src/upstream/upstream.ts";
import { answering, exchange } from "./support.ts";

const cert = readFileSync(new URL("fixtures/localhost.crt", import.meta.url), "utf8");
const key = readFileSync(new URL("fixtures/localhost.key", import.meta.url), "utf8");
const BODY_BYTES = 5_000_000;

const TLS = {
  ca: "",
  crls: [],
  cert: "",
  key: "",
  serverName: "",
  serverId: "",
  minVersion: "TLSv1.2",
  revision: "",
} as const;

let server: Server;
let url = "";
const seen: { alpn: unknown; servername: unknown }[] = [];

beforeAll(async () => {
  server = createServer({ key, cert, ALPNProtocols: ["h2", "http/1.1"] }, (socket: TLSSocket) => {
    seen.push({ alpn: socket.alpnProtocol, servername: socket.servername });
    answering(() => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`);
      socket.write(Uint8Array.from({ length: BODY_BYTES }, (_, at) => at % 251));
      return null;
    })(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => void server.close(resolve)));

function poolTo(endpoint: UpstreamEndpoint): UpstreamPool {
  const limits = { connections: 2, keepAliveMs: 1000, maxHeadBytes: 4096 };
  return createUpstreamPool(endpoint, { ...limits, clock: systemClock });
}

test("a trusted endpoint, twice on one connection, every byte as sent", async () => {
  const pool = poolTo({ url, tls: { ...TLS, ca: cert, serverName: "upstream.test" } });
  for (const reused of [false, true]) {
    const { sink, attempt } = await exchange(pool);
    expect(attempt.reusedConnection).toBe(reused);
    const body = Buffer.concat(sink.chunks);
    expect(body.length).toBe(BODY_BYTES);
    expect(body.every((byte, at) => byte === at % 251)).toBe(true);
  }
  expect(seen.at(-1)).toEqual({ alpn: "http/1.1", servername: "upstream.test" });
  await pool.close(0);
});

test.each([
  { name: "unknown issuer", tls: {}, code: "upstream_certificate_untrusted" },
  {
    name: "wrong name",
    tls: { ca: cert, serverName: "other.test" },
    code: "upstream_certificate_mismatch",
  },
])("$name: $code, nothing sent", async ({ tls, code }) => {
  const pool = poolTo({ url, tls: { ...TLS, ...tls } });
  const { sink, attempt } = await exchange(pool);
  expect(sink.error?.code).toBe(code);
  expect(attempt.sent).toBe(false);
  await pool.close(0);
});
