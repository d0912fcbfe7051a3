// Random credentials of all kinds over the wire: whatever becomes of them, no piece of one is in a row, the log or an answer.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { hashPassword } from "../../src/identity/password-hash.ts";
import { createSigner, ISSUER } from "../identity/tokens/support.ts";
import { startProxy } from "../support/proxy.ts";
import { exchangeRaw, requestText } from "../support/raw-client.ts";
import { answerOk, startUpstream } from "../support/raw-upstream.ts";

const PIECE = 8;
const NO_LIMITS = { per_source_per_minute: 0, per_subject_per_minute: 0 };
const FIELDS = ["authorization", "x-api-key", "cookie", "proxy-authorization"];

/** Random text that chance never makes twice, also where fast-check makes it small. */
const secret = fc
  .integer({ min: 0 })
  .map((at) => createHash("sha512").update(`${at}`).digest("base64url"));

const b64 = (text: string, encoding: BufferEncoding = "base64"): string =>
  Buffer.from(text).toString(encoding);

interface Sent {
  readonly fields: readonly (readonly [string, string])[];
  readonly secrets: readonly string[];
}

const of = (field: string, make: (text: string) => string): fc.Arbitrary<Sent> =>
  secret.map((text) => ({ fields: [[field, make(text)]], secrets: [text, make(text)] }));

const [signer, stranger] = await Promise.all([createSigner(), createSigner()]);
const good = { iss: ISSUER, aud: "orders", exp: Math.ceil(Date.now() / 1000) + 300 };

const credential = fc.oneof(
  of("x-api-key", (text) => text),
  of("x-api-key", (text) => `${text}, ${text}`),
  of("x-api-key", (text) => text.repeat(7)),
  of("Authorization", (text) => `Basic ${b64(`alice:${text}`)}`),
  of("Authorization", (text) => `Basic ${b64(`${text}:correct horse`)}`),
  of("Authorization", (text) => `Basic ${b64(text)}`),
  of("Authorization", (text) => `Basic ${text}`),
  of("Authorization", (text) => `Bearer ${text}`),
  of(
    "Authorization",
    (text) => `Bearer ${b64(`{"alg":"ES256","kid":"${text}"}`, "base64url")}.e30.AA`,
  ),
  of("Authorization", (text) => `bearer eyJ${text}.${text}.${text}`),
  of("Authorization", (text) => `Digest username="${text}", response="${text}"`),
  of("Authorization", (text) => text),
  of("Proxy-Authorization", (text) => `Bearer ${text}`),
  of("Cookie", (text) => `session=${text}`),
);

const DEFECTS = [
  {},
  { aud: "x" },
  { exp: 1 },
  { iss: "https://x" },
  { sub: "role:x" },
  { cnf: {} },
];
const signed = fc
  .tuple(secret, fc.constantFrom(signer, stranger), fc.constantFrom(...DEFECTS))
  .map(([text, by, defect]) => async (): Promise<Sent> => {
    const token = await by.sign({ ...good, sub: "alice", nonce: text, jti: text, ...defect });
    return {
      fields: [["Authorization", `Bearer ${token}`]],
      secrets: [text, ...token.split(".").slice(1)],
    };
  });

function piecesOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, at) =>
    text.slice(at, at + PIECE),
  ).filter(
    (piece) =>
      !/correct|horse|alice|Bearer|bearer|Basic|Digest|session|username|response/.test(piece),
  );
}

const ROUTES = [["key"], ["jwt"], ["basic"], ["key", "jwt", "basic", "anonymous"], []];

it("no piece of eight characters of any is to be found", async () => {
  await using upstream = await startUpstream(answerOk);
  const cost = { memoryKib: 4_096, passes: 1, parallelism: 1 };
  const setup = {
    upstreams: [upstream.url],
    users: `alice:${await hashPassword("correct horse", cost)}\n`,
    config: {
      identity: {
        keys: [{ key: "k-bob", subject: "bob" }],
        users: { file: "users" },
        tokens: [{ issuer: ISSUER, audience: ["orders"], keys: [signer.pem] }],
        failures: NO_LIMITS,
      },
      telemetry: { headers: FIELDS },
      routes: ROUTES.map((authenticate, at) => {
        return { name: `r${at}`, service: "app", match: { path: `/${at}/**` }, authenticate };
      }),
    },
  };
  await using proxy = await startProxy(setup);
  const outcomes = new Set<string>();
  const plain = credential.map((sent) => () => Promise.resolve(sent));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(plain, plain, signed),
      fc.nat(ROUTES.length - 1),
      async (make, at) => {
        const { fields, secrets } = await make();
        const before = proxy.rows.length;
        const text = requestText(`GET /${at}/a`, Object.fromEntries(fields));
        const { text: body, fields: answered } = await exchangeRaw(proxy.port, text);
        const row = await proxy.row(before);
        outcomes.add(row.authOutcome);
        const seen = JSON.stringify([row, proxy.log, body, answered]);
        for (const piece of secrets.flatMap(piecesOf))
          expect(seen.includes(piece), piece).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
  // It was about all of these, not about one refusal three hundred times.
  expect([...outcomes].sort()).toEqual(
    expect.arrayContaining([
      "bad_signature",
      "invalid_key",
      "malformed",
      "malformed_password",
      "none",
      "ok",
      "repeated_key",
      "unknown_scheme",
      "wrong_audience",
    ]),
  );
});

const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
};
const PREFLIGHT = { Origin: "https://shop.test", "Access-Control-Request-Method": "PUT" };

it.each<[string, Record<string, string>, number]>([
  ["GET /closed/a", {}, 401],
  ["HEAD /closed/a", {}, 401],
  ["OPTIONS /closed/a", PREFLIGHT, 401],
  ["GET /closed/a", UPGRADE, 401],
  ["GET http://a.test/closed/a", {}, 401],
  ["POST /closed/a", { "Content-Length": "0" }, 401],
  // Browsers ask beforehand without credentials: a route of its own lets that through, and nothing else.
  ["OPTIONS /api/a", PREFLIGHT, 200],
  ["PUT /api/a", { ...PREFLIGHT, "Content-Length": "0" }, 401],
  ["OPTIONS /api/a", {}, 401],
])("%s with %j is challenged as it should be: %d", async (line, fields, status) => {
  await using upstream = await startUpstream(answerOk);
  const methods = ["OPTIONS"];
  const headers = { origin: "*", "access-control-request-method": "*" };
  const config = {
    identity: { keys: [{ key: "k-bob", subject: "bob" }] },
    routes: [
      { name: "closed", service: "app", authenticate: ["key"] },
      { name: "preflight", service: "app", match: { path: "/api/**", methods, headers } },
    ],
  };
  await using proxy = await startProxy({ upstreams: [upstream.url], config });
  const response = await exchangeRaw(proxy.port, requestText(line, fields));
  expect(response.status).toBe(status);
  expect(response.fields.all("www-authenticate")).toEqual(
    status === 401 ? ['ApiKey header="x-api-key"'] : [],
  );
  expect(upstream.calls).toHaveLength(status === 200 ? 1 : 0);
  expect(await proxy.row(0)).toMatchObject({ status, authOutcome: "none" });
});
