// `weir top`: figures of whole steps, a picture that fits, keys that do what they say, and a terminal given back as it was.
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { WriteStream } from "node:tty";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAdminClient } from "../../src/cli/admin-client.ts";
import { widthOf } from "../../src/cli/format-text.ts";
import { plain } from "../../src/cli/terminal.ts";
import { createFeed, type TopSample } from "../../src/cli/top/feed.ts";
import { keysOf } from "../../src/cli/top/screen.ts";
import { SUBJECT_NAMES, SUBJECTS } from "../../src/cli/top/subjects.ts";
import { afterKey, firstState, topLines, type TopScene } from "../../src/cli/top/view.ts";
import { watchTop } from "../../src/cli/top/watch.ts";
import { loadDashboards } from "../../src/store/dashboards.ts";
import {
  type AdminFixture,
  type FixtureAnswer,
  startAdminFixture,
} from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";

const UNITS = { requests_per_second: "requests/s", errors: "requests", denied: "requests" };
const ROUTES = {
  columns: [
    { name: "service", type: "String", unit: "text" },
    { name: "route", type: "String", unit: "text" },
    ...Object.entries(UNITS).map(([name, unit]) => ({ name, type: "UInt64", unit })),
    { name: "p95_ns", type: "Float64", unit: "ns" },
  ],
  rows: [
    { service: "s", route: "orders", requests_per_second: 50, errors: 0, denied: 2, p95_ns: 2e6 },
    { service: "s", route: "slow", requests_per_second: 2.5, errors: 7, denied: 0, p95_ns: 9e8 },
    { service: "s", route: "new", requests_per_second: 1, errors: 0, denied: 0, p95_ns: null },
  ],
};
const COURSE = {
  columns: [
    { name: "time", type: "DateTime", unit: "time" },
    { name: "route", type: "String", unit: "text" },
    { name: "requests", type: "UInt64", unit: "requests" },
  ],
  rows: ["orders", "slow"].flatMap((route) =>
    [0, 7].map((requests, at) => ({ time: `2026-11-21T11:00:${at}0Z`, route, requests })),
  ),
};
const NOBODY = { columns: COURSE.columns, rows: [] };
const AWAY: FixtureAnswer = {
  status: 503,
  body: { code: "store_unavailable", title: "The store does not answer.", detail: "gone" },
};

let routes: FixtureAnswer;
let admin: AdminFixture;
beforeAll(async () => {
  const panels = Object.values(SUBJECTS).flatMap(({ panel, course }) => [panel, course]);
  admin = await startAdminFixture({
    ...Object.fromEntries(panels.map((name) => [`GET /api/v1/query/${name}`, { body: NOBODY }])),
    "GET /api/v1/query/routes": (response) => {
      response.writeHead(routes.status ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify(routes.body));
    },
    "GET /api/v1/query/routes-over-time": { body: COURSE },
  });
});
beforeEach(() => {
  routes = { body: ROUTES };
  admin.asked.length = 0;
});
afterAll(() => admin.close());

function top(...args: string[]): ReturnType<typeof weirInProcess> {
  return weirInProcess(["top", "--admin", admin.url, ...args]);
}

describe("where nobody watches", () => {
  test("it is printed once, by rate", async () => {
    const { out, status } = await top();
    expect(status).toBe(0);
    expect(out).toBe(
      [
        "route   requests/s  trend  errors  denied     p95  service",
        "orders       50 /s  ▁█          0       2    2 ms  s",
        "slow       2.50 /s  ▁█          7       0  900 ms  s",
        "new           1 /s  –           0       0       –  s",
        "",
      ].join("\n"),
    );
  });

  test("figures begin with a whole step; only the service asked for", async () => {
    await top("--since", "5m", "--service", "s");
    const [table, course] = admin.asked.map(
      ({ target }) => new URL(target, admin.url).searchParams,
    );
    const since = Date.parse(table?.get("since") ?? "");
    expect(since % 10_000).toBe(0);
    expect(since - Date.parse(course?.get("since") ?? "")).toBe(300_000);
    expect([table?.get("service"), course?.get("service")]).toEqual(["s", "s"]);
  });

  test.each([
    ["p95", ["slow", "orders", "new"]],
    ["errors", ["slow", "orders", "new"]],
    ["route", ["new", "orders", "slow"]],
  ])("as JSON, sorted by %s, with exact figures and the course", async (sort, order) => {
    const { out } = await top("--json", "--sort", sort);
    const { columns, rows } = JSON.parse(out) as { columns: unknown[]; rows: { route: string }[] };
    expect(columns[2]).toEqual({ name: "trend", type: "Array(UInt64)", unit: "text" });
    expect(rows.map(({ route }) => route)).toEqual(order);
    expect(rows.find(({ route }) => route === "slow")).toMatchObject({
      p95_ns: 9e8,
      trend: [0, 7],
    });
  });

  test("nothing, and no answer, are said", async () => {
    expect((await top("--by", "rule")).out).toMatch(/^Nothing in that time/);
    routes = AWAY;
    const { status, out, err } = await top();
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain("store does not answer");
  });

  test.each([
    [["--by", "planet"], "route, upstream"],
    [["--sort", "trend"], "--sort is one of route, requests/s, errors, denied, p50"],
    [["--since", "9s"], "from 10s to 2h"],
    [["--since", "3h"], "from 10s to 2h"],
    [["--every", "0"], "from 1 to 3600"],
  ])("bad usage %j", async (args, words) => {
    const { status, err } = await top(...args);
    expect([status, err]).toEqual([2, expect.stringContaining(words)]);
    expect(admin.asked).toEqual([]);
  });
});

test.each(SUBJECT_NAMES)("what it shows by %s, panels have", (by) => {
  const { panels } = loadDashboards();
  const { panel, course, key, rate, columns, hasBusiest } = SUBJECTS[by];
  const names = [...(panels.get(panel)?.columns.keys() ?? []), "trend"];
  expect(names).toEqual(expect.arrayContaining([...columns]));
  expect(columns).toEqual(expect.arrayContaining([key, rate]));
  const line = panels.get(course);
  expect([...(line?.columns.keys() ?? [])].slice(0, 2)).toEqual(["time", key]);
  expect([...(line?.parameters.keys() ?? [])].includes("lines")).toBe(hasBusiest);
});

const NOW_MS = Date.parse("2026-11-21T11:05:00Z");

function scene(values: Partial<TopScene> = {}): TopScene {
  const table = {
    columns: ROUTES.columns,
    rows: ROUTES.rows.map((row) => ({ ...row, trend: [1, 2] })),
  };
  const sample: TopSample = { subject: SUBJECTS.route, table, atMs: NOW_MS - 3000 };
  return { state: firstState("route"), sample, fault: "", windowMs: 60_000, ...values };
}

function shown(values?: Partial<TopScene>, height = 12): string[] {
  return topLines(scene(values), { width: 90, height, paint: plain, nowMs: NOW_MS });
}

describe("the picture", () => {
  test("says what is shown, of when, how it is sorted, and the keys", () => {
    const lines = shown();
    expect(lines[0]).toMatch(
      /^weir top: routes, last 1 min {2}· {2}53.5 \/s in all {2}· {2}by requests\/s ↓/,
    );
    expect(lines[2]).toMatch(/^s +orders +50 \/s/);
    expect(lines.at(-1)).toMatch(/^q quit/);
  });

  test("of old figures says why they are, and how old", () => {
    const lines = shown({ fault: "the store does not answer" });
    expect(lines[0]).toMatch(/3 s ago$/);
    expect(lines[1]).toBe("the store does not answer");
    expect(lines[3]).toContain("orders");
  });

  test("scrolls as far as there are rows", () => {
    const state = { ...firstState("route"), from: 99 };
    const lines = shown({ state }, 6);
    expect(lines[2]).toContain("slow");
    expect(lines[3]).toContain("new");
  });

  test.each([
    ["right", { sort: "errors", isFalling: true }],
    ["left", { sort: "route", isFalling: false }],
    ["r", { sort: "requests_per_second", isFalling: false }],
    ["b", { by: "upstream", sort: "attempts_per_second" }],
    [" ", { isPaused: true }],
    ["down", { from: 1 }],
    ["up", { from: 0 }],
    ["x", firstState("route")],
    ["constructor", firstState("route")],
  ])("key %j", (key, expected) => {
    expect(afterKey(firstState("route"), key, 3)).toMatchObject(expected);
  });

  test("whatever is pressed, in whatever size: as many lines as there are, none too wide", () => {
    const key = fc.constantFrom("left", "right", "r", "b", " ", "up", "down");
    const hostile = fc.string({ unit: fc.constantFrom("a", "路", "\u001B", "\n", "🙂", "\u202e") });
    const size = fc.tuple(fc.integer({ min: 40, max: 180 }), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(fc.array(key), hostile, size, (keys, text, [width, height]) => {
        const state = keys.reduce((at, each) => afterKey(at, each, 3), firstState("route"));
        const rows = ROUTES.rows.map((row) => ({ ...row, route: text, trend: [1] }));
        const sample = { subject: SUBJECTS.route, table: { ...ROUTES, rows }, atMs: NOW_MS };
        const look = { width, height, paint: plain, nowMs: NOW_MS };
        const lines = topLines(scene({ state, sample, fault: text }), look);
        expect(lines).toHaveLength(height);
        for (const line of lines) {
          expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(stripVTControlCharacters(line)).toBe(line);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ["q", ["q"]],
  ["\u001B[C\u001BOD", ["right", "left"]],
  ["\u001B[5~r", ["", "r"]],
  ["\u001B", [""]],
  ["\u001B[1;5A路", ["", "路"]],
])("keys of %j", (data, keys) => {
  expect(keysOf(data)).toEqual(keys);
});

describe("on a terminal", () => {
  const ENTER = "\u001B[?1049h\u001B[?25l";
  const LEAVE = "\u001B[?25h\u001B[?1049l";

  interface Watched {
    readonly input: PassThrough;
    readonly raw: boolean[];
    readonly output: WriteStream;
    readonly all: () => string;
    /** Once a picture says so. */
    readonly says: (words: string | RegExp) => Promise<void>;
    readonly ended: Promise<void>;
  }

  function watch(): Watched {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (isRaw: boolean) => raw.push(isRaw),
    });
    const size = { isTTY: true, columns: 100, rows: 10 };
    const pipe = new PassThrough();
    const output = Object.assign(pipe, size) as unknown as WriteStream;
    let all = "";
    pipe.on("data", (data: Buffer) => (all += data.toString()));
    const feed = createFeed(createAdminClient({ url: admin.url, token: "" }), {
      windowMs: 60_000,
      service: "",
    });
    const options = { everyMs: 10, windowMs: 60_000 };
    const streams = { input: input as never, output };
    const ended = watchTop(feed, firstState("route"), { streams, options });
    const picture = (): string => all.slice(all.lastIndexOf("\u001B[H"));
    const says = async (words: string | RegExp): Promise<void> => {
      while (!new RegExp(words).test(picture())) {
        await new Promise((resolve) => pipe.once("data", resolve));
      }
    };
    return { input, raw, output, all: () => all, says, ended };
  }

  test("it redraws in place, obeys keys and sizes, outlasts a store that is away, and gives all back", async () => {
    const before = process.listenerCount("SIGINT");
    const { input, raw, output, all, says, ended } = watch();
    await says("53.5 /s in all");
    input.write("\u001B[C");
    await says("by errors ↓");
    Object.assign(output, { columns: 44 }).emit("resize");
    await says("not shown: ");
    Object.assign(output, { columns: 100 }).emit("resize");
    routes = AWAY;
    await says(/store does not answer[^]* ago|ago[^]*store does not answer/);
    routes = { body: ROUTES };
    await says("in all.*\\d\\d:\\d\\d:\\d\\d");
    input.write("b");
    await says("nothing in that time");
    input.write("\u0003");
    await ended;
    expect(raw).toEqual([true, false]);
    expect(all().startsWith(ENTER)).toBe(true);
    expect(all().endsWith(LEAVE)).toBe(true);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  test("a signal ends it, and so does a weir that refuses, in words", async () => {
    const signalled = watch();
    await signalled.says("in all");
    process.emit("SIGTERM");
    await signalled.ended;
    routes = { status: 401, body: { code: "unauthenticated", title: "No." } };
    const refused = watch();
    await expect(refused.ended).rejects.toThrow("wants a token");
    expect(refused.all().endsWith(LEAVE)).toBe(true);
  });
});
