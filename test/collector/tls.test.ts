// The collector over TLS: keys, client certificates, and certificates that change while it receives.
import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { loadConfigObject } from "../../src/config/load.ts";
import { loadTls } from "../../src/control/tls/tls-files.ts";
import type { ServerTls } from "../../src/downstream/options.ts";
import { createAuthority, type Pair } from "../support/certificates.ts";
import { SPAN, TRACE, traces } from "./support/decoded.ts";
import { openReceiver } from "./support/receiver.ts";

const ours = createAuthority("Our CA");
const others = createAuthority("Other CA");
const SAN = { san: "DNS:weir.test,IP:127.0.0.1" };
const [first, second] = [ours.issue("first", SAN), ours.issue("second", SAN)];
const sender = ours.issue("sender", { san: "URI:spiffe://test/sender" });
const revoked = ours.issue("revoked", { san: "URI:spiffe://test/revoked" });
const foreign = others.issue("foreign", { san: "URI:spiffe://test/sender" });
const crl = ours.revoke(revoked);
const KEY = "a-key-of-a-sender";

afterAll(() => {
  ours[Symbol.dispose]();
  others[Symbol.dispose]();
});

/** As a config makes it that names these files. */
function tlsOf(pair: Pair, clients?: object): ServerTls {
  const tls = { ...pair, ...(clients === undefined ? {} : { client_certificates: clients }) };
  const root = {
    collector: { tls },
    services: { a: { endpoints: ["http://127.0.0.1:1"] } },
    routes: [{ name: "r", service: "a" }],
  };
  const loaded = loadConfigObject(root, ours.folder, {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  // Watched, so that a renewal is taken up.
  expect(loaded.files).toEqual(expect.arrayContaining([pair.cert, pair.key]));
  const check = loadTls(loaded.config);
  if (!check.ok || check.tls.collector === null) throw new Error("no certificate");
  return check.tls.collector;
}

const body = JSON.stringify(
  traces({ traceId: TRACE, spanId: SPAN, startTimeUnixNano: `${Date.now()}000000` }),
);

async function statusOf(url: string, key: string, by?: Pair): Promise<number | undefined> {
  const asked = request(`${url}/v1/traces`, {
    method: "POST",
    agent: false,
    ca: readFileSync(ours.ca),
    headers: { "content-type": "application/json", ...(key === "" ? {} : { "x-api-key": key }) },
    ...(by === undefined ? {} : { cert: readFileSync(by.cert), key: readFileSync(by.key) }),
  });
  const answered = once(asked, "response");
  asked.end(body);
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

async function serialOf(url: string): Promise<string> {
  const socket = connect({
    port: Number(new URL(url).port),
    ca: readFileSync(ours.ca),
    host: "127.0.0.1",
  });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test("keys over TLS, certificates that are renewed, and plain text that is no TLS", async () => {
  await using open = await openReceiver({ keys: [KEY], serverTls: tlsOf(first) });
  const { url, receiver } = open;
  expect(receiver.isSecure).toBe(true);
  expect(await statusOf(url, KEY)).toBe(200);
  expect(await statusOf(url, "")).toBe(401);
  // Nobody asked for it.
  expect(await statusOf(url, "", sender)).toBe(401);
  const before = await serialOf(url);
  receiver.renew(tlsOf(second));
  await expect.poll(() => serialOf(url), { interval: 5 }).not.toBe(before);
  expect(await statusOf(url, KEY)).toBe(200);
  const plain = connectTcp(Number(new URL(url).port), "127.0.0.1");
  plain.end("POST /v1/traces HTTP/1.1\r\n\r\n");
  await expect
    .poll(() => open.failures, { interval: 5 })
    .toContainEqual(expect.stringMatching(/http request/));
  plain.destroy();
  expect(open.rows("spans")).toHaveLength(2);
});

test("a certificate of a trusted authority is as good as a key", async () => {
  const serverTls = tlsOf(first, { ca: ours.ca, crl });
  await using open = await openReceiver({ keys: [KEY], serverTls });
  const { url, receiver } = open;
  expect(await statusOf(url, "", sender)).toBe(200);
  expect(await statusOf(url, KEY)).toBe(200);
  for (const by of [revoked, foreign, undefined]) expect(await statusOf(url, "", by)).toBe(401);
  // And it is needed where there is no key.
  receiver.replaceKeys([]);
  await expect.poll(() => statusOf(url, KEY), { interval: 5 }).toBe(401);
  expect(await statusOf(url, "", sender)).toBe(200);
});
