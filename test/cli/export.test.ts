// `weir export`: what it asks, and that a file is new.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "weir-export-"));
let fixture: AdminFixture;
afterEach(() => fixture.close());
afterAll(() => rmSync(folder, { recursive: true }));

function sendFile(response: ServerResponse): void {
  response.writeHead(200, {
    "content-disposition": "attachment",
    "weir-rows": "2",
    "weir-rows-found": "2",
  });
  response.end("one\ntwo\n");
}

async function run(...args: string[]) {
  fixture = await startAdminFixture({ "GET /api/v1/requests/export": sendFile });
  const ended = await weirInProcess(["export", "--admin", fixture.url, ...args], folder);
  const asked = fixture.asked.map(({ target }) => new URL(target, "http://x").searchParams);
  return { ...ended, asked: asked.map((params) => Object.fromEntries(params)) };
}

test("rows that filters leave are in a new file, in the format of its name", async () => {
  const args = "a.csv --since 1d --limit 5 --filter route=orders --filter status_class=5xx";
  const { status, err, asked } = await run(...args.split(" "));
  expect(asked).toEqual([
    { route: "orders", status_class: "5xx", since: "1d", limit: "5", format: "csv" },
  ]);
  expect([status, err]).toEqual([0, "weir: 2 rows in a.csv\n"]);
  expect(readFileSync(join(folder, "a.csv"), "utf8")).toBe("one\ntwo\n");
});

test.each([
  [["a.csv", "--filter", "route"], "It is KEY=VALUE"],
  [["a.csv", "--format", "xls"], "Allowed choices are"],
  [[], "missing required argument"],
])("refused: %j", async (args, words) => {
  const { status, err } = await run(...args);
  expect([status, err.includes(words)]).toEqual([2, true]);
});
