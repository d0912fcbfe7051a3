// POST /api/v1/reveal: encrypted fields and nothing else, for owners, and only once the audit row is written.
import { expect, test } from "vitest";
import type { Store } from "../../src/store/client.ts";
import type { AuditEntry } from "../../src/telemetry/audit-log.ts";
import { createFieldEncryption } from "../../src/telemetry/field-cipher.ts";
import { startTestAdmin, type TestAdmin } from "./support/admin-kit.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const REASON = "incident 12";
const encrypt = createFieldEncryption(Buffer.alloc(32, 7));
const kept = (field: string): string =>
  encrypt("S3cr3t", { traceId: TRACE, spanId: "1", field }, 256);
const [AGENT, REFERER, UPSTREAM] = [
  kept("user_agent"),
  kept("headers.referer"),
  kept("attributes.weir.upstream_path"),
];
const ROWS = [
  {
    trace_id: TRACE,
    span_id: "1",
    started_at: "2026-11-21 09:30:00.123456789",
    user_agent: AGENT,
    path: "/plain",
    query: "enc:v1:not",
    principal: "hash:v1:01234567:abc",
    roles: ["enc:v1:01234567:abc"],
    headers: { accept: "*/*", referer: REFERER },
    attributes: { "weir.upstream_path": UPSTREAM },
  },
  { trace_id: TRACE, span_id: "2", started_at: "2026-11-21 09:30:01", headers: {} },
];
const ANSWER = {
  trace_id: TRACE,
  rows: [
    {
      span_id: "1",
      started_at: "2026-11-21T09:30:00.123456789Z",
      fields: [
        { field: "user_agent", value: AGENT },
        { field: "headers.referer", value: REFERER },
        { field: "attributes.weir.upstream_path", value: UPSTREAM },
      ],
    },
  ],
};

interface Setup {
  readonly admin: TestAdmin;
  readonly entries: AuditEntry[];
  readonly ask: (body: unknown, role?: string) => Promise<Response>;
}

async function start(isWritten: (entry: AuditEntry) => boolean): Promise<Setup> {
  const entries: AuditEntry[] = [];
  const write = (entry: AuditEntry): boolean => {
    entries.push(entry);
    return isWritten(entry);
  };
  const query = (_: string, { id }: { id?: string }) =>
    Promise.resolve({ columns: [], rows: id === TRACE ? ROWS : [] });
  const admin = await startTestAdmin({
    store: () => ({ query }) as unknown as Store,
    storeHealth: () => ({ kind: "embedded", state: "ready", sinceMs: 0, error: null }),
    audit: { writable: () => true, write },
    tokens: (["viewer", "operator", "owner"] as const).map((role) => ({
      token: `${role}-token-0123456789`,
      name: role,
      role,
    })),
  });
  const ask = (body: unknown, role = "owner"): Promise<Response> =>
    fetch(`${admin.url}/api/v1/reveal`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${role}-token-0123456789`,
      },
      body: JSON.stringify(body),
    });
  return { admin, entries, ask };
}

test("gives what is encrypted as it is stored, and its audit row names all but values", async () => {
  const { ask, entries } = await start(() => true);
  const response = await ask({ trace_id: TRACE.toUpperCase(), reason: REASON });
  expect([response.status, await response.json()]).toEqual([200, ANSWER]);
  expect(entries).toMatchObject([
    {
      action: "reveal",
      caller: { name: "owner", role: "owner" },
      status: 200,
      details: [
        "audit.trace_id",
        TRACE,
        "audit.reason",
        REASON,
        "audit.fields",
        "user_agent, headers.referer, attributes.weir.upstream_path",
      ],
    },
  ]);
  expect(JSON.stringify(entries)).not.toContain("enc:v1:");
});

test("gives nothing where its audit row can't be written", async () => {
  const { ask } = await start(({ status }) => status !== 200);
  const response = await ask({ trace_id: TRACE, reason: REASON });
  const text = await response.text();
  expect(response.status).toBe(503);
  expect(JSON.parse(text)).toMatchObject({ code: "not_recorded" });
  expect(text).not.toContain("enc:v1:");
});

test.each(["viewer", "operator"])("a %s may not, and the try is an audit row", async (role) => {
  const { ask, entries } = await start(() => true);
  expect((await ask({ trace_id: TRACE, reason: REASON }, role)).status).toBe(403);
  expect(entries).toMatchObject([{ action: "reveal", status: 403, caller: { role } }]);
});

test.each([
  ["no reason", { trace_id: TRACE }, 400],
  ["an empty reason", { trace_id: TRACE, reason: "  " }, 400],
  ["a reason of two lines", { trace_id: TRACE, reason: "a\nb" }, 400],
  ["a reason without end", { trace_id: TRACE, reason: "a".repeat(401) }, 400],
  ["no trace id", { trace_id: "' OR 1 = 1", reason: REASON }, 400],
  ["more than is known", { trace_id: TRACE, reason: REASON, key: "k" }, 400],
  ["a list", [], 400],
  ["another trace", { trace_id: "0".repeat(32), reason: REASON }, 404],
])("%s is refused, and is an audit row", async (_, body, status) => {
  const { ask, entries } = await start(() => true);
  expect((await ask(body)).status).toBe(status);
  expect(entries).toMatchObject([{ action: "reveal", status }]);
});
