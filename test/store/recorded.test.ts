// Recorded decisions of the real embedded store: grouped, in slices, none twice and none left out.
import { afterAll, beforeAll, expect, test } from "vitest";
import { RECORDED_COLUMNS } from "../../src/policy/replay/recorded.ts";
import { countLines } from "../../src/core/lines.ts";
import type { Store } from "../../src/store/client.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { countRecorded, readRecorded } from "../../src/store/recorded.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "./support.ts";

let system: TestStore;
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const window = { sinceMs: nowMs - 3_600_000, untilMs: nowMs };
const signal = new AbortController().signal;

beforeAll(async () => {
  system = await startTestStore();
  const { store } = system;
  const decided = Array.from({ length: 60 }, (_, at) => row(at, { decision: "allow" }));
  const others = [
    row(1, { decision: "none" }),
    row(2, { decision: "none", error_source: "client", status: 401 }),
    row(3, { decision: "deny", principal: "bob", policy_request: ["bob", "/x", "GET"] }),
    row(4, { decision: "allow", policy_replay: "redacted" }),
  ];
  await store.write(batch("a", [...decided, ...others]));
  const outside = [row(0, { started_at: timestamp(nowMs + 5), decision: "deny" })];
  await store.write(batch("b", outside));
});

afterAll(() => system.end());

function row(at: number, changes: Parameters<typeof line>[0]): string {
  return line({
    started_at: timestamp(nowMs - 1_800_000 + at * 20_000),
    trace_id: `t${at}`,
    span_id: `s${at}`,
    path: `/orders/${at}`,
    route: "orders",
    service: "shop",
    method: "GET",
    principal: "alice",
    rule: "p, alice, /orders/:id, GET",
    rule_source: "policy.csv:1",
    policy_request: ["alice", `/orders/${at % 2}`, "GET"],
    ...changes,
  });
}

async function read(question: Parameters<typeof countRecorded>[1]): Promise<unknown[][]> {
  const buckets = await countRecorded(system.store, question);
  const pieces: Buffer[] = [];
  const ask = <T>(asked: (store: Store) => Promise<T>): Promise<T> => asked(system.store);
  for await (const piece of readRecorded(ask, { ...question, signal }, buckets)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const lines = bytes.toString().split("\n").slice(0, -1);
  expect(countLines(bytes)).toBe(lines.length);
  return lines.map((text) => JSON.parse(text) as unknown[]);
}

function named(values: readonly unknown[]): Record<string, unknown> {
  expect(values).toHaveLength(RECORDED_COLUMNS.length);
  return Object.fromEntries(RECORDED_COLUMNS.map((name, at) => [name, values[at]]));
}

test("one group for each question, with the newest as its example", async () => {
  const groups = (await read({ filters: {}, window })).map(named);
  const kept = groups.map(({ replay, requests }) => `${String(replay)} ${String(requests)}`);
  expect(kept.sort()).toEqual([" 1", " 30", " 30", "no_policy 1", "not_asked 1", "redacted 1"]);
  const iso = (at: number): string =>
    new Date(nowMs - 1_800_000 + at * 20_000).toISOString().replace("Z", "000000Z");
  expect(groups.find(({ trace_id }) => trace_id === "t59")).toEqual({
    request: ["alice", "/orders/1", "GET"],
    replay: "",
    decision: "allow",
    rule: "p, alice, /orders/:id, GET",
    rule_source: "policy.csv:1",
    principal: "alice",
    route: "orders",
    service: "shop",
    method: "GET",
    requests: 30,
    first_seen: iso(1),
    last_seen: iso(59),
    trace_id: "t59",
    span_id: "s59",
    path: "/orders/59",
  });
});

test("narrowed by what requests have", async () => {
  expect(await read({ filters: { principal: "bob" }, window })).toHaveLength(1);
  expect(await read({ filters: { decision: "deny", route: "orders" }, window })).toHaveLength(1);
  expect(await read({ filters: { path_prefix: "/none" }, window })).toEqual([]);
});

test("more than one answer holds is asked in smaller parts", async () => {
  const { store } = system;
  const question = { filters: {}, window, signal };
  const buckets = await countRecorded(store, question);
  const asked: number[] = [];
  const tight: Store = {
    ...store,
    lines: (sql, params, options) => {
      asked.push(Number(params["until"]) - Number(params["since"]));
      return store.lines(sql, params, { ...options, maxGroups: 3 });
    },
  };
  let requests = 0;
  for await (const piece of readRecorded((ask) => ask(tight), question, buckets)) {
    for (const text of piece.toString().trimEnd().split("\n")) {
      requests += Number(named(JSON.parse(text) as unknown[])["requests"]);
    }
  }
  expect(requests).toBe(64);
  expect(asked.length).toBeGreaterThan(10);
});

test("a store for which everything is too much ends the reading", async () => {
  const question = { filters: {}, window, signal };
  const buckets = await countRecorded(system.store, question);
  let asked = 0;
  const overwhelmed: Store = {
    ...system.store,
    lines: () => {
      if (++asked > 100) throw new Error("it is asked for ever");
      return Promise.reject(new StoreError("too slow", 159));
    },
  };
  const pieces = readRecorded((ask) => ask(overwhelmed), question, buckets);
  await expect(pieces.next()).rejects.toThrow(/are too many for one answer/);
});
