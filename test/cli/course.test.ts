// A course of time in a terminal: bars that tell nothing from little, peaks that stay, and no line too wide.
import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderCourse } from "../../src/cli/course.ts";
import { widthOf } from "../../src/cli/format-text.ts";
import { sparkline } from "../../src/cli/sparkline.ts";
import type { Table } from "../../src/cli/table.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";

test.each<[readonly (number | null)[], number, string]>([
  [[], 10, ""],
  [[0, 0, 0], 10, "▁▁▁"],
  [[0, 1, 1000], 10, "▁▂█"],
  [[1, 2, 3, 4, 5, 6, 7], 10, "▂▃▄▅▆▇█"],
  [[3, null, null, -2, 3], 10, "█  ▁█"],
  [[0, 9, 0, 0, 0, 0, null, null], 4, "█▁▁ "],
  [[0, 0, 0, 0, 7, 0, 0], 3, "▁▁█"],
])("sparkline of %j in %d", (values, width, expected) => {
  expect(sparkline(values, width)).toBe(expected);
});

const TIMES = ["2026-11-21T11:00:00Z", "2026-11-21T11:00:30Z", "2026-11-21T11:01:00Z"];
const look = { width: 80, paint: plain, nowMs: Date.parse("2026-11-21T11:01:10Z") };

function table(units: Readonly<Record<string, string>>, rows: readonly unknown[][]): Table {
  const names = Object.keys(units);
  return {
    columns: names.map((name) => ({ name, type: "String", unit: units[name] ?? "" })),
    rows: rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
  };
}

const OVERVIEW = table({ time: "time", requests: "requests", errors: "requests", p95_ns: "ns" }, [
  [TIMES[0], 10, "0", null],
  [TIMES[1], 120, "3", 2_400_000],
  [TIMES[2], 0, "0", 1_240_000],
]);

function trimmed(lines: readonly string[] | null): string[] | undefined {
  return lines?.map((line) => line.replaceAll(/ {2,}/g, "  "));
}

describe("a course", () => {
  test("has a line for each number: its bars, its peak and when that was, and what adds up", () => {
    const clock = (text: string | undefined): string =>
      new Date(text ?? "").toLocaleTimeString("en-GB");
    expect(trimmed(renderCourse(OVERVIEW, look))).toEqual([
      `  ${clock(TIMES[0])}  most  at  total`,
      `requests  ▂█▁  120  ${clock(TIMES[1])}  130`,
      `errors  ▁█▁  3  ${clock(TIMES[1])}  3`,
      `p95  █▅  2.40 ms  ${clock(TIMES[1])}  –`,
    ]);
  });

  test("by a word has a line for each, in one grid of time", () => {
    const routes = table({ time: "time", route: "text", requests: "requests" }, [
      [TIMES[0], "orders", 4],
      [TIMES[2], "orders", 2],
      [TIMES[1], "", 1],
    ]);
    expect(trimmed(renderCourse(routes, look))?.slice(1)).toEqual([
      expect.stringMatching(/^orders {2}█ ▅ .* 6$/),
      expect.stringMatching(/^– {2}█ .* 1$/),
    ]);
  });

  test("is red where something failed", () => {
    const red = "\u001B[31m";
    const [, requests, errors] = renderCourse(OVERVIEW, { ...look, paint: coloured }) ?? [];
    expect(errors).toContain(`${red}▁█▁`);
    expect(requests).not.toContain(red);
  });

  test.each([
    ["no time", table({ route: "text", requests: "requests" }, [["orders", 1]])],
    ["nothing to draw", table({ time: "time", route: "text" }, [[TIMES[0], "orders"]])],
    ["no rows", table({ time: "time", requests: "requests" }, [])],
    [
      "more than a picture holds",
      table(
        { time: "time", id: "text", requests: "requests" },
        Array.from({ length: 1001 }, (_, at) => [new Date(at).toISOString(), `${at}`, 1]),
      ),
    ],
  ])("of %s is none", (_, from) => {
    expect(renderCourse(from, look)).toBeNull();
  });

  test("never is wider than the terminal, nor holds what could command it", () => {
    const unit = fc.constantFrom("a", "路", "\u001B", "\u202e", "\u0301", "\n", "🙂", "\u009B[");
    const hostile = fc.string({ unit, maxLength: 60 });
    const value = fc.oneof(fc.double(), fc.constant(null), fc.nat());
    const row = fc.tuple(fc.constantFrom(...TIMES), hostile, value, value);
    const rows = fc.array(row, { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 40, max: 200 }), (given, width) => {
        const units = { time: "time", path: "text", requests: "requests", p95_ns: "ns" };
        for (const line of renderCourse(table(units, given), { ...look, width }) ?? [""]) {
          expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(stripVTControlCharacters(line)).toBe(line);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 50 },
    );
  });
});
