// Who asks under which name, as raw bytes to a real admin server: what Node's parser makes of them counts, too.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../../src/telemetry/audit-log.ts";
import { adminParts, startTestAdmin } from "../support/admin-kit.ts";

const TOKEN = "an-owner-token-0123456789";
const PORT = "{port}";

/** Status of the first answer; 0 where the connection was closed without one. */
async function statusOf(port: number, head: readonly string[]): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const text = [...head, "Connection: close", "", ""].join("\r\n");
  socket.end(text.replaceAll(PORT, String(port)));
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

const GET = "GET /api/v1/status HTTP/1.1";
const RELOAD = "POST /api/v1/reload HTTP/1.1";
const HERE = `Host: 127.0.0.1:${PORT}`;

test.each<[what: string, head: readonly string[], status: number]>([
  ["its address", [GET, HERE], 200],
  ["another port, behind a forwarding", [GET, "Host: 127.0.0.1:1"], 200],
  ["localhost", [GET, "Host: localhost"], 200],
  ["localhost in capitals", [GET, `Host: LocalHost:${PORT}`], 200],
  ["IPv6", [GET, `Host: [::1]:${PORT}`], 200],
  ["IPv6 without a port", [GET, "Host: [::1]"], 200],
  ["IPv4 in IPv6", [GET, "Host: [::ffff:127.0.0.1]"], 200],
  ["a name with a trailing dot", [GET, "Host: localhost."], 421],
  ["a name below localhost", [GET, "Host: evil.localhost"], 421],
  ["another name", [GET, "Host: evil.example"], 421],
  ["another name with the port", [GET, `Host: evil.example:${PORT}`], 421],
  ["a name that begins as an address", [GET, "Host: 127.0.0.1.evil.example"], 421],
  ["an address in other words", [GET, "Host: 0x7f000001"], 421],
  ["a number", [GET, "Host: 2130706433"], 421],
  ["user information", [GET, "Host: localhost@evil.example"], 421],
  ["two names in one", [GET, "Host: localhost, evil.example"], 421],
  ["an unclosed bracket", [GET, "Host: [::1"], 421],
  ["an empty name", [GET, "Host:"], 421],
  ["no name", [GET], 400],
  ["two names", [GET, HERE, "Host: evil.example"], 421],
  ["no name in HTTP/1.0", ["GET /api/v1/status HTTP/1.0"], 421],
  [
    "an absolute target of another name",
    [`GET http://evil.example/api/v1/status HTTP/1.1`, HERE],
    421,
  ],
  [
    "an absolute target of its own",
    [`GET http://127.0.0.1:${PORT}/api/v1/status HTTP/1.1`, HERE],
    200,
  ],
  ["an asterisk", ["OPTIONS * HTTP/1.1", HERE], 404],
  [
    "another name with the token",
    [GET, "Host: weir.example", `Authorization: Bearer ${TOKEN}`],
    200,
  ],
  ["behind a proxy", [GET, HERE, "Forwarded: for=203.0.113.7"], 401],
  ["behind a proxy that says nothing", [GET, HERE, "X-Forwarded-For:"], 401],
  ["a change by no browser", [RELOAD, HERE], 200],
  [
    "its own page",
    [RELOAD, HERE, `Origin: http://127.0.0.1:${PORT}`, "Sec-Fetch-Site: same-origin"],
    200,
  ],
  ["its own page in an old browser", [RELOAD, HERE, `Origin: http://127.0.0.1:${PORT}`], 200],
  ["Origin null", [RELOAD, HERE, "Origin: null"], 403],
  ["Origin empty", [RELOAD, HERE, "Origin:"], 403],
  ["Origin of another port", [RELOAD, HERE, "Origin: http://127.0.0.1:1"], 403],
  ["Origin of another name", [RELOAD, HERE, "Origin: http://evil.example"], 403],
  [
    "Origin that begins as ours",
    [RELOAD, HERE, `Origin: http://127.0.0.1:${PORT}.evil.example`],
    403,
  ],
  [
    "Origin of another name, with the token",
    [RELOAD, HERE, "Origin: http://evil.example", `Authorization: Bearer ${TOKEN}`],
    403,
  ],
  ["another name in both", [RELOAD, "Host: evil.example", "Origin: http://evil.example"], 421],
  [
    "a form of another site",
    [RELOAD, HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
    403,
  ],
  [
    "a script of another site",
    [GET, HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
    403,
  ],
  ["a neighbouring site", [GET, HERE, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"], 403],
  [
    "a link of another site",
    [GET, HERE, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
    200,
  ],
  ["a site unheard of", [GET, HERE, "Sec-Fetch-Site: who-knows"], 403],
  ["a site in capitals", [GET, HERE, "Sec-Fetch-Site: SAME-ORIGIN"], 403],
  ["a preflight", ["OPTIONS /api/v1/reload HTTP/1.1", HERE, "Origin: http://evil.example"], 403],
])("%s", async (_what, head, status) => {
  const { address } = await startTestAdmin({ token: TOKEN });
  expect(await statusOf(address.port, head)).toBe(status);
});

test("behind a trusted proxy each client has tries of its own, and its own address in audit rows", async () => {
  const seen: string[] = [];
  const write = ({ clientAddress }: AuditEntry): boolean => seen.push(clientAddress) > 0;
  const parts = adminParts({ token: TOKEN, audit: { writable: () => true, write } });
  const inForce = parts.running();
  const { config } = inForce;
  const failures = { ...config.identity.failures, per_source_per_minute: 3 };
  const identity = { ...config.identity, failures };
  let trusted = ["127.0.0.1"];
  const running = () => ({
    ...inForce,
    config: { ...config, identity, forwarded: { ...config.forwarded, trusted } },
  });
  const { url } = await startTestAdmin({ ...parts, running });
  const ask = async (client: string, token: string): Promise<number> => {
    const headers = { "x-forwarded-for": client, authorization: `Bearer ${token}` };
    return (await fetch(`${url}/api/v1/reload`, { method: "POST", headers })).status;
  };
  const statuses: number[] = [];
  for (let tries = 0; tries < 5; tries++) statuses.push(await ask("203.0.113.7", "wrong"));
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  // What it says of others before itself is not believed.
  expect(await ask("198.51.100.1, 203.0.113.7", TOKEN)).toBe(429);
  expect(await ask("203.0.113.8", TOKEN)).toBe(200);
  expect(seen).toEqual(["203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.8"]);
  trusted = [];
  expect(await ask("203.0.113.9", TOKEN)).toBe(200);
  expect(seen.at(-1)).toBe("127.0.0.1");
});
