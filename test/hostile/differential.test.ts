// What weir forwards is read the same by nginx, HAProxy and node:http, request for request, or it is refused.
import { METHODS } from "node:http";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RequestRecord } from "../../src/telemetry/record.ts";
import { attemptSpanId } from "../../src/telemetry/span-ids.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { connectRaw } from "../support/raw-client.ts";
import { type Recorder, type SeenRequest, startRecorder } from "./support/recorder.ts";
import { hostileBytes } from "./support/requests.ts";
import { steadily } from "./support/steadily.ts";
import { READ_PATH, startHaproxy, startNginx } from "./support/servers.ts";

function attemptIds({ spanId, attempts }: Pick<RequestRecord, "spanId" | "attempts">): string[] {
  return attempts.map((_, at) => attemptSpanId(spanId, at));
}

const numRuns = Number(process.env["WEIR_HOSTILE_RUNS"] ?? 5_000);
/** Behind all other bytes: answered where they were read whole, and the end of the connection. */
const LAST = "GET /last HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n";
/** Ends what the bytes leave open. */
const SILENCE_MS = 100;

/** One weir with one upstream of its own. */
interface Lane {
  readonly name: string;
  readonly proxy: TestProxy;
  readonly recorder: Recorder;
  readonly endpoint: string;
}

/** One request that weir forwarded. */
interface Forwarded {
  readonly row: TestProxy["rows"][number];
  /** As its upstream read it; empty where it refused it. */
  readonly seen: readonly SeenRequest[];
}

const stack = new AsyncDisposableStack();
const lanes: Lane[] = [];

beforeAll(async () => {
  const servers = {
    node: (port: number) => Promise.resolve({ url: `http://127.0.0.1:${port}` }),
    nginx: async (port: number) => stack.use(await startNginx(port)),
    haproxy: async (port: number) => stack.use(await startHaproxy(port)),
  };
  for (const [name, start] of Object.entries(servers)) {
    const recorder = stack.use(await startRecorder());
    const { url } = await start(recorder.port);
    const config = {
      limits: { head_ms: SILENCE_MS, keep_alive_ms: 1_000 },
      timeouts: { idle_ms: SILENCE_MS },
    };
    const proxy = stack.use(await startProxy({ upstreams: [url], config }));
    lanes.push({ name, proxy, recorder, endpoint: url.replace("http://", "") });
  }
});
afterAll(() => stack.disposeAsync());

/** Sends the bytes, waits for the end of the connection and pairs what was forwarded with what was seen. */
async function forwardedBy(lane: Lane, bytes: string): Promise<Forwarded[]> {
  const { proxy, recorder } = lane;
  proxy.rows.length = 0;
  using client = await connectRaw(proxy.port);
  client.send(bytes + LAST);
  await client.reader.rest();
  const seen = recorder.take();
  const rows = proxy.rows.filter(({ attempts }) => attempts.length > 0);
  const spans = new Set(rows.flatMap(attemptIds));
  const strangers = seen.filter((one) => !spans.has(spanOf(one)));
  expect(strangers, `${lane.name} saw requests that weir did not forward`).toEqual([]);
  return rows.map((row) => ({
    row,
    seen: seen.filter((one) => attemptIds(row).includes(spanOf(one) ?? "")),
  }));
}

function spanOf({ fields }: SeenRequest): string {
  const parents = fields.filter(([name]) => name === "traceparent");
  expect(parents).toHaveLength(1);
  return parents[0]?.[1].split("-")[2] ?? "";
}

/** Fields of one hop, what differs from weir to weir, and what the servers write themselves. */
const OWN = new Set([
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "expect",
  "content-length",
  "transfer-encoding",
  "traceparent",
  READ_PATH,
]);

/** What all three must agree on. */
function meaning({ seen }: Forwarded, { endpoint }: Lane): unknown {
  return seen.map(({ method, target, fields, body }) => ({
    method,
    target,
    body,
    fields: fields
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [name, value.replace(endpoint, "ENDPOINT")].join(": "))
      .sort(),
  }));
}

/** What servers refuse of what weir forwards: nothing is misread then. */
function isRefused({ row, seen }: Forwarded): boolean {
  const unusual = row.path === "*" || !METHODS.includes(row.method);
  return unusual && seen.length === 0 && row.status === 400;
}

/** What the upstream read must be what weir decided on. */
function expectAsDecided({ row, seen }: Forwarded, lane: Lane): void {
  const about = `${lane.name}: ${row.method} ${row.path} ${row.status} ${row.errorCode}`;
  // What weir broke off must not pass for whole.
  expect(seen.length, about).toBe(row.errorCode === "" ? 1 : 0);
  if (row.errorCode !== "") return;
  const { method, target, fields, body } = seen[0]!;
  const wanted = row.query === "" ? row.path : `${row.path}?${row.query}`;
  expect({ method, target, bytes: body.length }).toEqual({
    method: row.method,
    target: wanted,
    bytes: row.requestBytes,
  });
  const read = fields.find(([name]) => name === READ_PATH)?.[1];
  if (read !== undefined && row.path !== "*") expect(decoded(read)).toBe(decoded(row.path));
}

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** How many of the requests were forwarded. */
async function compared(bytes: string): Promise<number> {
  const all = await Promise.all(lanes.map((lane) => forwardedBy(lane, bytes)));
  expect(all.map(({ length }) => length)).toEqual(all.map(() => all[0]!.length));
  for (const nth of all[0]!.keys()) {
    const readings = lanes
      .map((lane, at) => ({ lane, one: all[at]![nth]! }))
      .filter(({ one }) => !isRefused(one));
    for (const { lane, one } of readings) expectAsDecided(one, lane);
    const [first, ...others] = readings.map(({ lane, one }) => meaning(one, lane));
    for (const other of others) expect(other).toEqual(first);
  }
  return all[0]!.length;
}

test("fast-check prints the seed: mutated requests", async () => {
  let forwarded = 0;
  await fc.assert(
    fc.asyncProperty(hostileBytes, async (bytes) => {
      forwarded += await steadily(() => compared(bytes));
    }),
    { numRuns },
  );
  // Where most is refused, little is compared.
  expect(forwarded).toBeGreaterThan(numRuns / 2);
});
