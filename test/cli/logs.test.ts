// `weir logs`: what it asks, how lines look, what is new of those that come, and files.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { newOf } from "../../src/cli/logs/follow.ts";
import { type Line, logLine } from "../../src/cli/logs/line.ts";
import { widthOf } from "../../src/cli/format-text.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";

const LINE: Line = {
  id: "2026-11-21T21:40:00.123456789Z~00000000000000a1",
  time: "2026-11-21T21:40:00.123456789Z",
  source: "service",
  service: "orders",
  severity: "error",
  text: "order 17 lost",
  trace_id: "",
};
const OLDER: Line = { ...LINE, id: "older", source: "access", severity: "info", text: "GET /" };
const PATTERNS = {
  patterns: [
    {
      pattern: "order <n> lost",
      service: "orders",
      severity: "error",
      lines: 7,
      is_new: true,
      is_rare: false,
    },
  ],
};

const folder = mkdtempSync(join(tmpdir(), "weir-logs-"));
let fixture: AdminFixture;
afterEach(() => fixture.close());
afterAll(() => rmSync(folder, { recursive: true }));

function sendFile(response: ServerResponse): void {
  response.writeHead(200, {
    "content-disposition": "attachment",
    "weir-lines": "2",
    "weir-lines-found": "5",
  });
  response.end("one\ntwo\n");
}

async function logs(...args: string[]) {
  fixture = await startAdminFixture({
    "GET /api/v1/logs": { body: { lines: [LINE, OLDER], next: null } },
    "GET /api/v1/logs/patterns": { body: PATTERNS },
    "GET /api/v1/logs/export": sendFile,
  });
  const ended = await weirInProcess(["logs", "--admin", fixture.url, ...args], folder);
  const asked = fixture.asked.map(({ target }) => new URL(target, "http://x"));
  return {
    ...ended,
    asked: asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)]),
  };
}

test("asks what was typed, and shows the oldest line first", async () => {
  const { out, asked, status } = await logs(
    "lost",
    "not found",
    "order.id=17",
    "--severity",
    "error,fatal",
    "--trace-id",
    "1",
    "--limit",
    "5",
  );
  const q = 'lost "not found" order.id=17';
  expect(asked).toEqual([
    ["/api/v1/logs", { q, severity: "error,fatal", trace_id: "1", limit: "5" }],
  ]);
  expect(status).toBe(0);
  expect(out).toMatch(
    /^\S+ {2}info {3}orders {10}GET \/\n\S+ {2}error {2}orders {10}order 17 lost\n$/,
  );
});

test("prints a line of JSON for each", async () => {
  const { out } = await logs("--json");
  expect(out).toBe(`${JSON.stringify(OLDER)}\n${JSON.stringify(LINE)}\n`);
});

test("groups lines by what they look like", async () => {
  const { out, asked } = await logs("--patterns", "--since", "1d");
  expect(asked).toEqual([["/api/v1/logs/patterns", { since: "1d" }]]);
  expect(out).toMatch(/7 +order <n> lost +orders +error +new/);
});

test("writes a file by its name, and leaves one that is there as it is", async () => {
  const { err, asked } = await logs("lost", "--export", "a.parquet");
  expect(asked).toEqual([["/api/v1/logs/export", { q: "lost", format: "parquet" }]]);
  expect(err).toBe("weir: the newest 2 of 5 lines in a.parquet\n");
  expect(readFileSync(join(folder, "a.parquet"), "utf8")).toBe("one\ntwo\n");
  await fixture.close();
  writeFileSync(join(folder, "b.csv"), "mine");
  const second = await logs("--export", "b.csv");
  expect(second).toMatchObject({
    status: 2,
    err: expect.stringContaining("b.csv: is there already") as string,
  });
  expect(readFileSync(join(folder, "b.csv"), "utf8")).toBe("mine");
  expect(existsSync(join(folder, "c.csv"))).toBe(false);
});

test.each([
  [["--follow", "--export", "x"], "cannot be used with"],
  [["--source", "syslog"], "Allowed choices are access, service"],
  [["--format", "xls"], "Allowed choices are jsonl, csv, parquet"],
])("refused: %j", async (args, words) => {
  const { status, err } = await logs(...args);
  expect([status, err.includes(words)]).toEqual([2, true]);
});

test("of lines that come again only what is new is new, also where they can't be told apart", async () => {
  fixture = await startAdminFixture({});
  const seen = new Map([
    ["a", 1],
    ["b", 2],
  ]);
  const line = (id: string): Line => ({ ...LINE, id });
  const come = ["c", "b", "b", "b", "a"].map(line);
  expect(newOf(come, seen).map(({ id }) => id)).toEqual(["c", "b"]);
});

test.each([40, 80, 200])("a line is %d columns wide and holds nothing hostile", async (width) => {
  fixture = await startAdminFixture({});
  const hostile = { ...LINE, text: `\u001B[2J${"路".repeat(300)}\n`, service: "\u009Bx" };
  const shown = logLine(hostile, { width, paint: plain });
  expect(widthOf(shown)).toBeLessThanOrEqual(Math.max(width, 47));
  expect(shown).not.toMatch(/\p{Cc}/u);
  expect(logLine(LINE, { width, paint: coloured })).toContain("\u001B[31merror");
});
