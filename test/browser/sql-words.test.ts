// The SQL console's words: where a fault is, what is drawn, what a panel's file says, what is remembered.
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "../../dashboards/web/src/client.ts";
import { courseOf, type SqlAnswer, unitOf } from "../../dashboards/web/src/pages/sql/answer.ts";
import { EXAMPLES } from "../../dashboards/web/src/pages/sql/examples.ts";
import { faultPlace } from "../../dashboards/web/src/pages/sql/fault-place.ts";
import { readHistory, remember } from "../../dashboards/web/src/pages/sql/history.ts";
import { panelFile } from "../../dashboards/web/src/pages/sql/panel-text.ts";
import { parsePanel } from "../../src/store/panels/parse-panel.ts";

afterEach(() => void vi.unstubAllGlobals());

function answer(columns: SqlAnswer["columns"], rows: SqlAnswer["rows"]): SqlAnswer {
  const effort = { elapsed_ms: 1, rows_read: 1, bytes_read: 1 };
  return { columns, rows, effort, truncated: false };
}

const TIME = { name: "minute", type: "DateTime" };
const ROUTE = { name: "route", type: "LowCardinality(String)" };
const COUNT = { name: "requests", type: "UInt64" };

it.each([
  [{ line: 2, column: 3 }, "syntax", { from: 11, to: 16, line: 2, column: 3 }],
  [{}, "Unknown expression identifier `three` in scope", { from: 11, to: 16, line: 2, column: 3 }],
  [{}, "Unknown table 'weir.SELECT'", { from: 0, to: 6, line: 1, column: 1 }],
  [{}, "Unknown function `gone`", null],
  [{}, "Memory limit exceeded", null],
])("a fault that says %j and %s is at %j", (members, message, place) => {
  const error = new ApiError(400, message, members);
  expect(faultPlace(error, "SELECT 1\n, three FROM x")).toEqual(place);
});

it("draws the biggest lines over their time, and says of how many", () => {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    minute: `2026-11-22T03:0${Math.floor(at / 20)}:00Z`,
    route: `r${at % 20}`,
    requests: at % 20,
  }));
  const course = courseOf(answer([TIME, ROUTE, COUNT], rows))!;
  expect([course.drawn, course.lines]).toEqual([8, 20]);
  const names = new Set(course.shown.rows.map(({ route }) => route));
  expect([...names]).toEqual(["r19", "r18", "r17", "r16", "r15", "r14", "r13", "r12"]);
  const minute = Date.parse("2026-11-22T03:00:00Z");
  expect(course.interval).toEqual({ fromMs: minute, toMs: minute + 120_000 });
});

it("draws days, and nothing of one moment, of no time and of no number", () => {
  const day = { name: "day", type: "Date" };
  const days = [
    { day: "2026-11-21", requests: 1 },
    { day: "2026-11-22", requests: 2 },
  ];
  expect(courseOf(answer([day, COUNT], days))?.interval.fromMs).toBe(Date.UTC(2026, 10, 21));
  expect(courseOf(answer([day, COUNT], days.slice(0, 1)))).toBeNull();
  expect(courseOf(answer([COUNT], days))).toBeNull();
  expect(courseOf(answer([day, ROUTE], days))).toBeNull();
});

it.each([
  ["p95_ns", "Float64", "ns"],
  ["response_bytes", "UInt64", "bytes"],
  ["status", "UInt16", "status"],
  ["requests", "UInt64", "requests"],
  ["anything", "Nullable(Int64)", "count"],
  ["trace_id", "String", "trace"],
  ["at", "DateTime64(9)", "time"],
  ["roles", "Array(String)", "text"],
])("%s of type %s is %s", (name, type, unit) => {
  expect(unitOf({ name, type })).toBe(unit);
});

it.each(EXAMPLES)("the example $title makes a panel that is right", ({ title, sql }) => {
  const named = [...sql.matchAll(/ AS (\w+)/g)].map(([, name = ""]) => ({ name, type: "UInt64" }));
  const { text, name } = panelFile(sql, { title, question: "Q?" }, answer(named, []));
  expect(parsePanel({ name, file: name, text })).toMatchObject({ ok: true });
  expect(text).not.toContain("INTERVAL 1");
});

it("says of a panel what it can't say yet", () => {
  const sql = "-- of mine\nSELECT toDate(started_at) AS day, count() FROM requests GROUP BY day;";
  const columns = [
    { name: "day", type: "Date" },
    { name: "count()", type: "UInt64" },
  ];
  const file = panelFile(sql, { title: "  A\nB ", question: "Q?" }, answer(columns, []));
  expect(file.text).toBe(
    "-- title: A B\n-- question: Q?\n-- visual: table\n-- column day: time\nSELECT toDate(started_at) AS day, count() FROM requests GROUP BY day\n",
  );
  expect(file.advice.join(" ")).toMatch(/AS .*: count\(\)\. Call day “time”.* It knows no range/);
});

it("remembers the newest fifty, each once, and survives what is no history", () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  for (let at = 0; at < 60; at++) remember(`SELECT ${at}`);
  expect(remember("SELECT 58").slice(0, 3)).toEqual(["SELECT 58", "SELECT 59", "SELECT 57"]);
  expect(remember("x".repeat(10_000))).toHaveLength(50);
  for (const stored of ["{", "7", '[1,"SELECT 2"]']) {
    kept.set("weir.sql.history", stored);
    expect(readHistory().every((sql) => sql === "SELECT 2")).toBe(true);
  }
});
