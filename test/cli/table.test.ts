// Tables fit whatever width there is, and say what they had to leave out; CSV and Markdown are exact.
import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { widthOf } from "../../src/cli/format-text.ts";
import { renderTable, type Table } from "../../src/cli/table.ts";
import { renderCsv, renderMarkdown } from "../../src/cli/table-files.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

function table(units: Readonly<Record<string, string>>, ...rows: readonly unknown[][]): Table {
  const names = Object.keys(units);
  return {
    columns: names.map((name) => ({ name, type: "String", unit: units[name] ?? "" })),
    rows: rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]]))),
  };
}

const ROUTES = table(
  { route: "text", requests_per_second: "requests/s", errors: "requests", p95_ns: "ns" },
  ["orders", 62.44, 3, 1_240_000],
  ["a-route-of-a-very-long-name", 1234.5, 0, null],
);
const SLOW = table(
  { trace_id: "trace", path: "text", upstream: "text", duration_ns: "ns", queue_ns: "ns" },
  ["4bf92f3577b34da6a3ce929d0e0e4736", "/orders/17/lines/3", "http://127.0.0.1:4001", 5e6, 0],
  ["00f067aa0ba902b74bf92f3577b34da6", "/orders", "http://127.0.0.1:4002", 4e6, 900],
);

function lines(from: Table, width: number, paint = plain): string[] {
  return renderTable(from, { width, paint, nowMs: NOW_MS });
}

describe("a table", () => {
  test("puts numbers at the right, with their units, under short heads", () => {
    expect(lines(ROUTES, 80)).toEqual([
      "route                        requests/s  errors      p95",
      "orders                          62.4 /s       3  1.24 ms",
      "a-route-of-a-very-long-name    1,235 /s       0        –",
    ]);
  });

  test("cuts text first, and a trace to a beginning that can be copied", () => {
    expect(lines(SLOW, 70)).toEqual([
      "trace id  path                upstream        duration   queue",
      "4bf92f35  /orders/17/lines/3  127.0.0.1:4001      5 ms       0",
      "00f067aa  /orders             127.0.0.1:4002      4 ms  900 ns",
    ]);
  });

  test("then leaves out columns at the right, and names them", () => {
    expect(lines(SLOW, 48)).toEqual([
      "trace id  path           upstream      duration",
      "4bf92f35  /orders/17/l…  ….0.0.1:4001      5 ms",
      "00f067aa  /orders        ….0.0.1:4002      4 ms",
      "not shown: queue_ns (--json has all, a wider te…",
    ]);
  });

  test("of one row too wide stands upright", () => {
    const [first] = SLOW.rows;
    expect(lines({ columns: SLOW.columns, rows: [first ?? {}] }, 60)).toEqual([
      "trace id  4bf92f3577b34da6a3ce929d0e0e4736",
      "path      /orders/17/lines/3",
      "upstream  127.0.0.1:4001",
      "duration  5 ms",
      "queue     0",
    ]);
  });

  test("is red only where something failed", () => {
    const painted = lines(ROUTES, 80, coloured);
    expect(painted[1]).toContain("\u001B[31m     3\u001B[39m");
    expect(painted[2]).not.toContain("\u001B[31m");
  });

  test("never is wider than the terminal, nor holds what could command it", () => {
    const cell = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.constant(null));
    const unit = fc.constantFrom("text", "trace", "time", "ns", "bytes", "share", "status");
    const anyTable = fc.tuple(
      fc.array(unit, { minLength: 1, maxLength: 9 }),
      fc.array(fc.array(cell, { minLength: 9, maxLength: 9 }), { maxLength: 5 }),
    );
    fc.assert(
      fc.property(anyTable, fc.integer({ min: 40, max: 200 }), ([units, rows], width) => {
        const columns = Object.fromEntries(units.map((each, at) => [`column_${at}`, each]));
        for (const line of lines(table(columns, ...rows), width)) {
          expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(stripVTControlCharacters(line)).toBe(line);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test("CSV: exact values, quoted where they must be", () => {
  const from = table({ a: "ns", b: "text" }, [1_240_000, 'say "hi", twice'], [null, "two\nlines"]);
  expect(renderCsv(from).join("\n")).toBe('a,b\n1240000,"say ""hi"", twice"\n,"two\nlines"');
  expect(renderCsv(table({ a: "text" }, [null], ["x"]))).toEqual(["a", '""', "x"]);
});

test("Markdown: for people, and no cell ends early", () => {
  const from = table({ p95_ns: "ns", path: "text" }, [1_240_000, "/a|b<img>`c`~&$"]);
  expect(renderMarkdown(from, NOW_MS)).toEqual([
    String.raw`| p95\_ns | path |`,
    "| ---: | --- |",
    String.raw`| 1.24 ms | /a\|b\<img\>\`c\`\~\&\$ |`,
  ]);
});
