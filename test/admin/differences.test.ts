// What is different about some requests, asked over the API of a real store with a cause planted in it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Admin, startAdmin } from "../../src/admin/server.ts";
import {
  PLANTED_ROWS as ROWS,
  plantedTraffic,
  SLOW_FROM_MS as SLOW_FROM,
} from "../store/differences/planted-traffic.ts";
import { batch, line, startTestStore, timestamp, type TestStore } from "../store/support.ts";
import { adminParts, problemOf } from "./support/admin-kit.ts";

const HOUR_MS = 3_600_000;
const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
const WINDOW = { since: iso(0), until: iso(HOUR_MS) };

let system: TestStore;
let admin: Admin;

beforeAll(async () => {
  system = await startTestStore();
  await system.store.write(plantedTraffic(sinceMs));
  const asked = { kind: "decision", principal: "other", started_at: timestamp(sinceMs + 1) };
  await system.store.write(batch("asked", [line({ ...asked, route: "authzen" })]));
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

function iso(ms: number): string {
  return new Date(sinceMs + ms).toISOString();
}

interface Value {
  readonly value: string;
  readonly selected: number;
  readonly rest: number;
  readonly score: number;
  readonly door: Readonly<Record<string, string>> | null;
}

interface Answer {
  readonly requests: { readonly selected: number; readonly rest: number };
  readonly compared: { readonly selected: number; readonly rest: number };
  readonly attributes: readonly { readonly attribute: string; readonly values: readonly Value[] }[];
}

async function get(asked: Readonly<Record<string, string>>): Promise<Response> {
  const params = new URLSearchParams(asked).toString();
  return fetch(`http://127.0.0.1:${admin.address.port}/api/v1/differences?${params}`);
}

async function differences(asked: Readonly<Record<string, string>>): Promise<Answer> {
  return (await (await get({ ...WINDOW, ...asked })).json()) as Answer;
}

function find(answer: Answer, attribute: string): readonly Value[] {
  return answer.attributes.find((each) => each.attribute === attribute)?.values ?? [];
}

describe("a planted cause", () => {
  const slow = { selected_min_duration_ms: "500", selected_since: iso(SLOW_FROM) };

  test("is ranked first: what only the slow ones have, their caller and their upstream", async () => {
    const answer = await differences(slow);
    expect(answer.requests).toEqual({ selected: 50, rest: ROWS - 50 });
    expect(answer.compared).toEqual(answer.requests);
    const ranked = answer.attributes.map(({ attribute }) => attribute);
    expect(ranked.slice(0, 3).sort()).toEqual(["attributes.region", "longest_stage", "roles"]);
    expect(ranked.slice(3, 5)).toEqual(["principal", "upstream"]);
    expect(ranked).not.toContain("status");
    expect(find(answer, "principal")[0]).toMatchObject({
      value: "caller-7",
      selected: 50,
      rest: 250,
      door: { principal: "caller-7" },
    });
    expect(find(answer, "upstream")[0]?.door).toEqual({ upstream: "http://u1:1" });
    expect(find(answer, "attributes.region")).toMatchObject([
      { value: "north", selected: 50, rest: 0, door: null },
      { value: "south", selected: 0, rest: 2950, door: null },
    ]);
    expect(find(answer, "longest_stage")[0]?.value).toBe("wait");
  });

  test("is looked for among what filters leave, so an attribute they fix tells nothing", async () => {
    const answer = await differences({ ...slow, principal: "caller-7" });
    expect(answer.requests).toEqual({ selected: 50, rest: 250 });
    expect(find(answer, "principal")).toEqual([]);
    expect(find(answer, "upstream")[0]).toMatchObject({ value: "http://u1:1", selected: 50 });
  });

  test("a part of the time is a selection, too; nothing differs between equal halves", async () => {
    const fast = { selected_until: iso(SLOW_FROM), max_duration_ms: "500" };
    const answer = await differences(fast);
    expect(answer.requests).toEqual({ selected: 1500, rest: 1450 });
    expect(find(answer, "method")).toEqual([]);
    expect(find(answer, "route")).toEqual([]);
  });
});

test("how they ended is a selection, too", async () => {
  const lines = Array.from({ length: 400 }, (_, at) =>
    line({
      started_at: timestamp(sinceMs - HOUR_MS + at * 1000),
      trace_id: at.toString(16).padStart(32, "f"),
      span_id: at.toString(16).padStart(16, "f"),
      method: "GET",
      duration_ns: 1000,
      status: at % 4 === 0 ? 503 : 200,
      upstream: at % 4 === 0 ? "http://u2:1" : "http://u1:1",
    }),
  );
  await system.store.write(batch("failed", lines));
  const before = { since: iso(-HOUR_MS), until: iso(0) };
  const answer = await differences({ ...before, selected_status_class: "5xx" });
  expect(answer.compared).toEqual({ selected: 100, rest: 300 });
  expect(find(answer, "upstream")[0]).toMatchObject({ value: "http://u2:1", selected: 100 });
  const none = { selected_status_class: "5xx", selected_min_duration_ms: "1" };
  expect((await differences({ ...before, ...none })).compared.selected).toBe(0);
});

test("nothing selected, and nothing else, are answers and no errors", async () => {
  const none = await differences({ selected_min_duration_ms: "80000" });
  expect(none).toEqual({
    requests: { selected: 0, rest: ROWS },
    compared: { selected: 0, rest: ROWS },
    attributes: [],
  });
  expect(await differences({})).toMatchObject({
    requests: { selected: ROWS, rest: 0 },
    attributes: [],
  });
});

test.each([
  [{ selected_since: "yesterday" }, "selected_since"],
  [{ selected_min_duration_ms: "-1" }, "selected_min_duration_ms"],
  [{ selected_since: "5m", selected_until: "10m" }, "until"],
  [{ limit: "5" }, "limit"],
])("%j is refused by name", async (asked, parameter) => {
  const refused = await problemOf(await get(asked));
  expect(refused).toMatchObject({ status: 400, code: "bad_parameter", parameter });
});
