// Access rows and services' log lines, searched together over a real store, with known answers.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Admin, startAdmin } from "../../../src/admin/server.ts";
import type { Store } from "../../../src/store/client.ts";
import { allConditions, paramsOf } from "../../../src/store/logs/log-filters.ts";
import { SERVICE_LOGS } from "../../../src/store/logs/log-source.ts";
import { logBatch } from "../../store/logs/log-rows.ts";
import { batch, line, startTestStore, type TestStore, timestamp } from "../../store/support.ts";
import { adminParts, problemOf } from "../support/admin-kit.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const MINUTE_MS = 60_000;
const atMs = Math.floor(Date.now() / (10 * MINUTE_MS)) * 10 * MINUTE_MS - 30 * MINUTE_MS;
const WINDOW = {
  since: new Date(atMs).toISOString(),
  until: new Date(atMs + 10 * MINUTE_MS).toISOString(),
};

const LINES = [
  { text: "Order 17 was LOST by the warehouse", level: 17, attributes: { "order.id": "17" } },
  { text: "order 18 accepted", attributes: { "order.id": "18", "http.route": "orders" } },
  { text: 'payment of "alice" took=12 ms', service: "billing", traceId: TRACE },
  { text: "100% of C:\\temp\\ is_full", service: "billing", level: 13 },
  { text: "no level", level: 0, levelText: "Warning: careful" },
  { text: "nothing said", level: 0 },
  { text: "Ünïcode ☃\u0000 and a NUL", level: 21, resource: { "host.name": "a1" } },
];

const ACCESS = [
  { method: "GET", path: "/orders/17", status: 200, principal: "alice", trace_id: TRACE },
  { method: "POST", path: "/orders", status: 503, error_code: "no_endpoint" },
  { method: "GET", path: "/orders/18", query: "full=1", status: 404 },
];

let system: TestStore;
let admin: Admin;
let url: string;

beforeAll(async () => {
  system = await startTestStore();
  const store = (): Store => system.store;
  const storeHealth = () =>
    ({ kind: "embedded", state: "ready", sinceMs: 0, error: null }) as const;
  admin = await startAdmin(adminParts({ store, storeHealth }));
  url = `http://127.0.0.1:${admin.address.port}`;
  await system.store.write(
    logBatch(
      "logs",
      LINES.map((row, at) => ({ atMs: atMs + at * MINUTE_MS, ...row })),
    ),
  );
  await system.store.write(
    batch(
      "access",
      ACCESS.map((row, at) =>
        line({
          started_at: timestamp(atMs + at * MINUTE_MS + 30_000),
          trace_id: `${at}`.repeat(32),
          span_id: `${at}`.repeat(16),
          service: "orders",
          route: "orders",
          ...row,
        }),
      ),
    ),
  );
});
afterAll(async () => {
  await admin.close();
  await system.end();
});

type Params = Readonly<Record<string, string>>;

function get(path: string, params: Params = {}): Promise<Response> {
  return fetch(
    `${url}/api/v1/logs${path}?${new URLSearchParams({ ...WINDOW, ...params }).toString()}`,
  );
}

interface Line {
  readonly id: string;
  readonly time: string;
  readonly text: string;
  readonly severity: string;
  readonly source: string;
}

interface Page {
  readonly lines: readonly Line[];
  readonly next: string | null;
}

async function linesOf(params: Params): Promise<readonly string[]> {
  const response = await get("", params);
  const { lines } = (await response.json()) as Page;
  return lines.map(({ text }) => text);
}

const LOST = "Order 17 was LOST by the warehouse";
const FULL = "100% of C:\\temp\\ is_full";
const PAYMENT = 'payment of "alice" took=12 ms';
const GET_17 = "GET /orders/17 200 by alice";
const POST_503 = "POST /orders 503 no_endpoint";
const GET_18 = "GET /orders/18?full=1 404";
const SNOW = "Ünïcode ☃\u0000 and a NUL";

test("all of them, newest first, whatever they are", async () => {
  expect(await linesOf({})).toEqual([
    SNOW,
    "nothing said",
    "no level",
    FULL,
    GET_18,
    PAYMENT,
    POST_503,
    "order 18 accepted",
    GET_17,
    LOST,
  ]);
});

test.each<[Params, string[]]>([
  [{ q: "ORDER lost" }, [LOST]],
  [{ q: "warehouse order 17" }, [LOST]],
  [{ q: "ware" }, []],
  [{ q: "ware*" }, [LOST]],
  [{ q: '"was lost"' }, [LOST]],
  [{ q: '"lost was"' }, []],
  [{ q: "17" }, [GET_17, LOST]],
  [{ q: "17 -lost" }, [GET_17]],
  [{ q: "orders -17 -18" }, [POST_503]],
  [{ q: "no_endpoint" }, [POST_503]],
  [{ q: "is_full" }, [FULL]],
  [{ q: "isxfull" }, []],
  [{ q: "100%" }, [FULL]],
  [{ q: "C:\\temp\\" }, [FULL]],
  [{ q: "☃" }, [SNOW]],
  [{ q: "☃*" }, [SNOW]],
  [{ q: "order.id=17" }, [LOST]],
  [{ q: "took=1" }, []],
  [{ q: "-order.id=17 warehouse" }, []],
  [{ q: "host.name=a1" }, [SNOW]],
  [{ q: "took=12" }, [PAYMENT]],
  [{ q: "status=503" }, [POST_503]],
  [{ q: "principal=alice" }, [GET_17]],
  [{ q: "alice" }, [PAYMENT, GET_17]],
  [{ q: "", service: "billing" }, [FULL, PAYMENT]],
  [{ service: "" }, []],
  [{ route: "orders" }, [GET_18, POST_503, "order 18 accepted", GET_17]],
  [{ route: "orders", source: "service" }, ["order 18 accepted"]],
  [{ severity: "error" }, [POST_503, LOST]],
  [{ severity: "error,fatal" }, [SNOW, POST_503, LOST]],
  [{ severity: "warn" }, ["no level", FULL, GET_18]],
  [{ severity: "none" }, ["nothing said"]],
  [{ source: "access", q: "get" }, [GET_18, GET_17]],
  [{ trace_id: TRACE }, [PAYMENT, GET_17]],
  [{ until: new Date(atMs + 1).toISOString() }, [LOST]],
  // What would be another language elsewhere is text here.
  [{ q: "' OR 1=1 --" }, []],
  [{ q: "{since:String}" }, []],
  [{ q: "(a+)+$" }, []],
  [{ q: ".*" }, []],
  [{ service: "' OR '1'='1" }, []],
  [{ q: "x".repeat(1000) }, []],
  [{ q: "\\" }, [FULL]],
])("%j", async (params, texts) => {
  expect(await linesOf(params)).toEqual(texts);
});

test.each<[Params, string, string]>([
  [{ q: "a\u0000b" }, "q", "q: must have no control characters"],
  [{ q: "x".repeat(1025) }, "q", "q: must have at most 1024 characters"],
  [{ q: 'a "b' }, "q", 'q: has a " that is not closed'],
  [{ severity: "loud" }, "severity", "severity: must be some of fatal, error, warn"],
  [{ limit: "1001" }, "limit", "limit: must be 1 to 1000"],
  [{ trace_id: "1" }, "trace_id", "trace_id: must be 32 lower-case hexadecimal digits"],
  [{ since: "tomorrow" }, "since", "since: must be an age"],
  [{ source: "syslog" }, "source", "source: must be one of access, service"],
  [{ colour: "red" }, "colour", "colour: is not known here"],
])("refused: %j", async (params, parameter, detail) => {
  const problem = await problemOf(await get("", params));
  expect(problem).toMatchObject({ status: 400, code: "bad_parameter", parameter });
  expect(problem["detail"]).toContain(detail);
});

test.each(["nonsense", "2026-11-21T00:00:00.000000000~a~1'", ""])(
  "a cursor that is none: %j",
  async (before) => {
    expect(await problemOf(await get("", { before }))).toMatchObject({ status: 400 });
  },
);

test("pages are one list without gaps, also where lines can't be told apart", async () => {
  const same = Array.from({ length: 5 }, () => ({ atMs: atMs + 9 * MINUTE_MS, text: "twin" }));
  await system.store.write(logBatch("twins", same));
  const whole = await linesOf({});
  expect(whole).toHaveLength(15);
  for (const limit of ["3"]) {
    const texts: string[] = [];
    let before: string | null = "";
    while (before !== null) {
      const params: Params = before === "" ? { limit } : { limit, before };
      const page = (await (await get("", params)).json()) as Page;
      texts.push(...page.lines.map(({ text }) => text));
      before = page.next;
    }
    expect(texts).toEqual(whole);
  }
  await system.store.command(
    "ALTER TABLE otel_logs DELETE WHERE Body = 'twin' SETTINGS mutations_sync = 2",
  );
});

test("a line is told whole by its id; what is none is said so", async () => {
  const long = `long ${"ä".repeat(3000)}`;
  await system.store.write(logBatch("long", [{ atMs: atMs + 1, text: long, spanId: "1" }]));
  const page = (await (await get("", { q: "long" })).json()) as Page;
  expect(page.lines).toMatchObject([{ text: long.slice(0, 2000), text_bytes: 6005 }]);
  const { id } = page.lines[0]!;
  const answer = await fetch(`${url}/api/v1/logs/lines/${encodeURIComponent(id)}`);
  expect(await answer.json()).toMatchObject({ id, text: long, span_id: "1", severity: "info" });
  for (const none of ["x", id.replace(/.$/, (last) => (last === "0" ? "1" : "0")), "%27"]) {
    const missing = await fetch(`${url}/api/v1/logs/lines/${none}`);
    expect(await problemOf(missing)).toMatchObject({ status: 404, code: "unknown_line" });
  }
  await system.store.command(
    "ALTER TABLE otel_logs DELETE WHERE SpanId = '1' SETTINGS mutations_sync = 2",
  );
});

test("counts over time and by facet, each facet under the other filters", async () => {
  const summary = await (await get("/summary", { severity: "error,fatal" })).json();
  const bar = (at: number, by_severity: Record<string, number>) => ({
    time: new Date(atMs + at * MINUTE_MS).toISOString(),
    by_severity,
  });
  const bars = [bar(0, { error: 1 }), bar(1.5, { error: 1 }), bar(6, { fatal: 1 })];
  expect(summary).toEqual({
    ...WINDOW,
    lines: 3,
    step_ms: 10_000,
    bars,
    facets: {
      source: [
        { value: "service", lines: 2 },
        { value: "access", lines: 1 },
      ],
      service: [{ value: "orders", lines: 3 }],
      severity: [
        { value: "info", lines: 3 },
        { value: "warn", lines: 3 },
        { value: "error", lines: 2 },
        { value: "fatal", lines: 1 },
        { value: "none", lines: 1 },
      ],
      route: [
        { value: "", lines: 2 },
        { value: "orders", lines: 1 },
      ],
    },
  });
});

const DAY_MS = 86_400_000;
const earlierMs = atMs - DAY_MS;

/** A day before, where nothing else is. */
async function writeLooks(): Promise<void> {
  const users = ["ann", "bob", "cid", "dan", "eve", "flo"];
  const now = [
    ...Array.from({ length: 90 }, (_, at) => `order ${at} took ${at}.5ms from 10.0.0.${at}:80`),
    ...users.map((user) => `user ${user} logged in`),
    '{"level": "info", "msg": "job 7 done", "id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}',
    'lost "a \\"b\\" c" of bob@example.com at 2026-11-21T10:00:00.123Z, key deadbeef0123456789\nstack',
    "it's 100% (a.b*c) [new]",
  ];
  const before = ["order 1 took 2ms from 10.0.0.1:80", "user zoe logged in"];
  await system.store.write(
    logBatch("looks", [
      ...before.map((text) => ({ atMs: earlierMs - MINUTE_MS, text })),
      ...now.map((text, at) => ({ atMs: earlierMs + at * 1000, text, level: at === 90 ? 17 : 9 })),
    ]),
  );
}

test("lines are grouped by what they look like, and each pattern leads to its lines", async () => {
  await writeLooks();
  const window = {
    since: new Date(earlierMs).toISOString(),
    until: new Date(earlierMs + 10 * MINUTE_MS).toISOString(),
  };
  const found = (await (await get("/patterns", window)).json()) as {
    readonly patterns: readonly { readonly pattern: string; readonly lines: number }[];
  };
  const at = (second: number): string => new Date(earlierMs + second * 1000).toISOString();
  expect(found).toMatchObject({ lines: 99, lines_before: 2, sample: 1, slot_ms: 25_000 });
  expect(found.patterns).toMatchObject([
    {
      pattern: "order <n> took <n>ms from <ip>",
      lines: 90,
      share: 90 / 99,
      service: "orders",
      source: "service",
      severity: "info",
      first_at: at(0),
      last_at: at(89),
      is_new: false,
      is_rare: false,
      slots: [25, 25, 25, 15, ...Array.from({ length: 20 }, () => 0)],
    },
    { pattern: "user <*> logged in", lines: 6, severity: "error", is_new: false },
    { pattern: "it's <n>% (a.b*c) [new]", lines: 1, is_new: true },
    {
      pattern: "lost <text> of <email> at <time>, key <id>",
      is_new: true,
      example: expect.stringContaining("bob@example.com"),
    },
    { pattern: "{level:info, msg:job <n> done, id:<uuid>}", lines: 1, is_new: true },
  ]);
  for (const { pattern, lines } of found.patterns) {
    const page = (await (await get("", { ...window, pattern })).json()) as Page;
    expect([pattern, page.lines.length]).toEqual([pattern, lines]);
    const counted = (await (await get("/summary", { ...window, pattern })).json()) as Counted;
    expect([pattern, counted.lines]).toEqual([pattern, lines]);
  }
});

interface Counted {
  readonly lines: number;
}

test("access rows look like their method, path, status and error", async () => {
  const found = (await (await get("/patterns", { source: "access" })).json()) as object;
  expect(found).toMatchObject({
    lines: 3,
    patterns: [
      { pattern: "GET /orders/<n> 404", severity: "warn", is_new: false, is_rare: false },
      { pattern: "POST /orders 503 no_endpoint", severity: "error" },
      { pattern: "GET /orders/<n> 200" },
    ],
  });
  expect(await linesOf({ pattern: "GET /orders/<n> 404" })).toEqual([GET_18]);
});

test.each<[string, string[]]>([
  ["<*>", []],
  ["<n>", []],
  ["' OR 1=1 --", []],
  ["(a+)+$<*>", []],
  ["Order <n> was <*> by the warehouse", [LOST]],
])("a pattern that somebody made up: %j", async (pattern, texts) => {
  expect(await linesOf({ pattern })).toEqual(texts);
});

test("a trace has the lines that were logged within it", async () => {
  const answer = await fetch(`${url}/api/v1/traces/${TRACE}`);
  expect(await answer.json()).toMatchObject({
    requests: [{ path: "/orders/17" }],
    spans: [],
    logs: [
      {
        id: expect.stringMatching(/Z~[0-9a-f]{16}$/),
        time: expect.stringContaining(new Date(atMs + 2 * MINUTE_MS).toISOString().slice(0, -1)),
        service: "billing",
        severity: "info",
        text: PAYMENT,
        span_id: "",
      },
    ],
  });
});

describe("the lines of a search as a file", () => {
  const asked = { q: "order", source: "service" };

  test("lines of JSON, with all that is known of each", async () => {
    const answer = await get("/export", asked);
    expect(answer.headers.get("weir-lines")).toBe("2");
    expect(answer.headers.get("content-type")).toMatch(/^application\/x-ndjson/);
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment; .*\.jsonl"$/);
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { text: "order 18 accepted", attributes: { "order.id": "18" }, severity: "info" },
      { text: LOST, time: new Date(atMs).toISOString().replace("Z", "000000Z"), source: "service" },
    ]);
  });

  test("CSV, access rows as well, no more than asked for and how many there are", async () => {
    const answer = await get("/export", { source: "access", format: "csv", limit: "2" });
    expect(answer.headers.get("weir-lines")).toBe("2");
    expect(answer.headers.get("weir-lines-found")).toBe("3");
    const text = await answer.text();
    expect(text).toMatch(/^"time","source","service",/);
    expect(text).toContain(`"${GET_18}"`);
    expect(text).toContain('""status"":""404""');
    expect(text).not.toContain(GET_17);
  });

  test("Parquet, which the store reads back", async () => {
    const answer = await get("/export", { format: "parquet" });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get("weir-lines")).toBe("10");
    const back = `FROM format(Parquet, base64Decode('${bytes.toString("base64")}'))`;
    const { rows } = await system.store.query(
      `SELECT toUnixTimestamp64Milli(time) AS ms, attributes ${back} WHERE text = {text:String}`,
      { text: LOST },
    );
    expect(rows).toEqual([{ ms: atMs, attributes: { "order.id": "17" } }]);
    expect((await system.store.query(`SELECT count() AS n ${back}`)).rows).toEqual([{ n: 10 }]);
  });

  test.each<[Params, string]>([
    [{ format: "xls" }, "format: must be one of jsonl, csv, parquet"],
    [{ limit: "100001" }, "limit: must be 1 to 100000"],
    [{ limit: "0" }, "limit: must be 1 to 100000"],
    [{ q: '"' }, 'q: has a " that is not closed'],
  ])("refused: %j", async (params, detail) => {
    expect(await problemOf(await get("/export", params))).toMatchObject({ status: 400, detail });
  });
});

test("an attribute is found by the indexes, though a text may say it as well", async () => {
  const { store } = system;
  // Of another day, so that nobody else sees them.
  const sinceMs = atMs - 2 * 86_400_000;
  await store.command(`INSERT INTO otel_logs (Timestamp, ServiceName, Body, LogAttributes)
    SELECT fromUnixTimestamp64Milli(${sinceMs} + intDiv(number, 200)), 'orders', concat('line ', toString(number)), map('order.id', toString(number))
    FROM numbers(100000)`);
  const filters = {
    terms: [{ kind: "field", key: "order.id", value: "777", isExcluded: false }],
  } as const;
  const window = { sinceMs, untilMs: sinceMs + MINUTE_MS };
  const where = allConditions(SERVICE_LOGS, filters);
  const params = paramsOf(filters, window);
  const asked = `FROM otel_logs WHERE ${where}`;
  expect((await store.query(`SELECT count() AS many ${asked}`, params)).rows).toEqual([
    { many: 1 },
  ]);
  const { rows } = await store.query(`EXPLAIN indexes = 1 SELECT count() ${asked}`, params);
  const read = rows
    .map((row) => String(row["explain"]))
    .findLast((each) => each.includes("Granules:"));
  expect(read?.trim()).toMatch(/^Granules: 1\/\d+$/);
});
