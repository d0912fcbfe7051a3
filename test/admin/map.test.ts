// The service map of known rows and spans on a real store, over the API; and its core, without one.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import { calledRow, knownSpans } from "../store/service-map/known-spans.ts";
import { knownTraffic } from "../store/panels/known-traffic.ts";
import { batch, line, startTestStore, type TestStore } from "../store/support.ts";
import { adminParts, problemOf } from "./support/admin-kit.ts";

const HOUR_MS = 3_600_000;
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;

let system: TestStore;
let admin: Admin;

beforeAll(async () => {
  system = await startTestStore();
  await system.store.write(knownTraffic(sinceMs));
  await system.store.write(batch("called", [line(calledRow(sinceMs))]));
  await system.store.command(knownSpans(sinceMs));
  admin = await startAdmin(
    adminParts({
      store: () => system.store,
      storeHealth: () => ({ kind: "embedded", state: "ready", sinceMs, error: null }),
    }),
  );
});
afterAll(async () => {
  await admin.close();
  await system.end();
});

interface Figures {
  readonly calls: number;
  readonly errors: number;
  readonly denied: number;
  readonly p95_ns: number | null;
  readonly door: unknown;
}

interface Answer {
  readonly nodes: readonly (Figures & {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    readonly group: string;
  })[];
  readonly edges: readonly (Figures & { readonly from: string; readonly to: string })[];
  readonly seconds: number;
  readonly share: number;
}

async function get(asked: Readonly<Record<string, string>>): Promise<Response> {
  const params = new URLSearchParams(asked).toString();
  return fetch(`http://127.0.0.1:${admin.address.port}/api/v1/map?${params}`);
}

async function ask(more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const until = new Date(sinceMs + HOUR_MS).toISOString();
  const window = { since: new Date(sinceMs).toISOString(), until };
  return (await (await get({ ...window, ...more })).json()) as Answer;
}

const counts = ({ calls, errors, denied }: Figures): readonly number[] => [calls, errors, denied];

describe("the map of an hour", () => {
  test("has every caller, route, service, endpoint and application, with what they did", async () => {
    const { nodes, seconds, share } = await ask();
    expect(Object.fromEntries(nodes.map((node) => [node.id, counts(node)]))).toEqual({
      "app//ledger": [4, 1, 0],
      "app//shop": [2, 0, 0],
      "caller//": [5, 0, 0],
      "caller//alice": [8, 2, 0],
      "caller//mallory": [3, 0, 3],
      "caller//bob": [2, 0, 0],
      "caller/app/frontend": [1, 0, 0],
      "endpoint/shop/http%3A%2F%2Fa%3A1": [9, 3, 0],
      "endpoint/shop/http%3A%2F%2Fb%3A2": [4, 2, 0],
      "route/shop/admin": [3, 0, 3],
      "route/shop/orders": [16, 2, 0],
      "service//shop": [19, 2, 3],
    });
    expect([seconds, share]).toEqual([3600, 1]);
    const orders = nodes.find(({ id }) => id === "route/shop/orders");
    expect(orders?.p95_ns).toBeGreaterThan(1.9e9);
    expect(orders?.p95_ns).toBeLessThan(2.1e9);
  });

  test("has an edge for each pair that talked, with a door to its requests", async () => {
    const { edges } = await ask();
    expect(
      edges.map((edge) =>
        [edge.from, edge.to, ...counts(edge)].join(" ").replaceAll("%3A%2F%2F", "://"),
      ),
    ).toEqual([
      "app//shop app//ledger 4 1 0",
      "caller// route/shop/orders 5 0 0",
      "caller//alice route/shop/orders 8 2 0",
      "caller//bob route/shop/orders 2 0 0",
      "caller//mallory route/shop/admin 3 0 3",
      "caller/app/frontend route/shop/orders 1 0 0",
      "endpoint/shop/http://a%3A1 app//shop 2 0 0",
      "route/shop/admin service//shop 3 0 3",
      "route/shop/orders service//shop 16 2 0",
      "service//shop endpoint/shop/http://a%3A1 9 3 0",
      "service//shop endpoint/shop/http://b%3A2 4 2 0",
    ]);
    const doorOf = (from: string, to: string): unknown =>
      edges.find((edge) => edge.from === from && edge.to.startsWith(to))?.door;
    expect(doorOf("caller//alice", "route/")).toEqual({
      kind: "request",
      principal: "alice",
      route: "orders",
    });
    expect(doorOf("caller//", "route/")).toMatchObject({ principal: "" });
    expect(doorOf("app//shop", "app/")).toBeNull();
    expect(doorOf("caller/app/frontend", "route/")).toBeNull();
  });

  test("is narrowed by route, and empty where nothing was", async () => {
    const { nodes } = await ask({ route: "admin" });
    const callers = nodes.filter(({ kind }) => kind === "caller" || kind === "route");
    expect(callers.map(({ name }) => name)).toEqual(["mallory", "admin"]);
    expect(await ask({ service: "nowhere" })).toMatchObject({ nodes: [], edges: [] });
    const shop = await ask({ service: "shop" });
    expect(shop.nodes.filter(({ kind }) => kind === "app")).toHaveLength(2);
  });
});

test("a window that ends before it begins is refused", async () => {
  const refused = await problemOf(await get({ since: "5m", until: "10m" }));
  expect(refused).toMatchObject({ status: 400, code: "bad_parameter" });
});
