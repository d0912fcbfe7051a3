// `weir query`: what it asks, how it prints, and what it says where there is no answer.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AdminFixture, startAdminFixture } from "./support/admin-fixture.ts";
import { weirInProcess } from "./support/in-process.ts";
import { startWeir, weir } from "./support/weir.ts";

const ROUTES = {
  columns: [
    { name: "route", type: "String", unit: "text" },
    { name: "p95_ns", type: "Float64", unit: "ns" },
  ],
  rows: [{ route: "orders", p95_ns: 1_240_000 }],
};
/** More than a pipe holds. */
const STEPS = 20_000;
const FOLDER = mkdtempSync(join(tmpdir(), "weir-query-"));

let admin: AdminFixture;
beforeAll(async () => {
  admin = await startAdminFixture({
    "GET /api/v1/query/routes": { body: { ...ROUTES, more: "than promised" } },
    "GET /api/v1/query/errors": { body: { columns: ROUTES.columns, rows: [] } },
    "GET /api/v1/query/slowest": {
      status: 503,
      body: {
        code: "store_unavailable",
        title: "The store does not answer.",
        detail: "connect ECONNREFUSED",
        store: { kind: "server", state: "down", since: new Date(Date.now() - 180_000), error: "" },
      },
    },
    "GET /api/v1/query/callers": { status: 401, body: { code: "unauthenticated", title: "No." } },
    "GET /api/v1/query/denials": { body: "<html>", type: "text/html" },
    "GET /api/v1/query/overview": {
      body: {
        visual: "timeseries",
        columns: [
          { name: "time", type: "DateTime('UTC')", unit: "time" },
          { name: "requests", type: "UInt64", unit: "requests" },
          { name: "p95_ns", type: "Nullable(Float64)", unit: "ns" },
        ],
        rows: Array.from({ length: STEPS }, (_, at) => ({
          time: new Date(Date.parse("2026-11-21T02:00:00Z") + at * 1000).toISOString(),
          requests: at === 7 ? 3 : 0,
          p95_ns: at === 7 ? 1e6 : null,
        })),
      },
    },
    "POST /api/v1/sql": {
      body: {
        columns: [
          { name: "duration_ns", type: "UInt64" },
          { name: "started_at", type: "DateTime64(9)" },
          { name: "trace_id", type: "String" },
          { name: "n", type: "Nullable(UInt8)" },
          { name: "path", type: "String" },
        ],
        rows: [],
        truncated: true,
      },
    },
  });
});
beforeEach(() => void (admin.asked.length = 0));
afterAll(async () => {
  await admin.close();
  rmSync(FOLDER, { recursive: true });
});

function query(...args: string[]): ReturnType<typeof weirInProcess> {
  return weirInProcess(["query", ...args, "--admin", admin.url]);
}

function config(text: string): string {
  const file = join(FOLDER, "weir.yaml");
  writeFileSync(file, text);
  return file;
}

describe("an answer", () => {
  test("as a table; window and filters reach the API", async () => {
    const filters = ["--filter", "route=a=b", "--filter", "service=orders"];
    const { out, status } = await query("routes", "--since", "15m", "--until", "5m", ...filters);
    expect([status, out]).toEqual([0, "route       p95\norders  1.24 ms\n"]);
    expect(admin.asked[0]?.target).toBe(
      "/api/v1/query/routes?route=a%3Db&service=orders&since=15m&until=5m",
    );
  });

  test("a course of time: people see it drawn, or the steps in which something was, programs all", async () => {
    const { out } = await query("overview");
    expect(out).toMatch(/^ .* most .* total\nrequests +█▁+ +3 .* 3\np95 +█ +1 ms .*–\n$/);
    const markdown = await query("overview", "--format", "markdown");
    expect(markdown.out).toMatch(/^\| time \| requests \| .*\n.*\n\| .* \| 3 \| 1 ms \|\n$/);
    const csv = await query("overview", "--format", "csv");
    expect(csv.out.trimEnd().split("\n")).toHaveLength(1 + STEPS);
  });

  test("as JSON: columns and rows and nothing else", async () => {
    expect((await query("routes", "--json")).out).toBe(`${JSON.stringify(ROUTES)}\n`);
  });

  test("as CSV and Markdown", async () => {
    expect((await query("routes", "--format", "csv")).out).toBe("route,p95_ns\norders,1240000\n");
    expect((await query("routes", "--format", "markdown")).out).toContain("| orders | 1.24 ms |");
  });

  test("of nothing says so, and what to try", async () => {
    expect((await query("errors")).out).toBe(
      "Nothing in the last 1h; --since looks further back.\n",
    );
  });

  test("of SQL has units by the columns' names", async () => {
    const { out, err } = await query("--sql", "SELECT 1", "--json");
    expect(admin.asked[0]?.body).toBe('{"sql":"SELECT 1"}');
    const { columns } = JSON.parse(out) as { columns: { unit: string }[] };
    expect(columns.map(({ unit }) => unit)).toEqual(["ns", "time", "trace", "number", "text"]);
    expect(err).toBe("weir: only the first 0 rows\n");
  });

  test.each([[["--list"]], [[]]])("%j names all questions, and needs no weir", async (args) => {
    const { out, status } = await weirInProcess(["query", ...args, "--admin", "127.0.0.1:1"]);
    expect(status).toBe(0);
    for (const name of ["overview", "summary", "routes", "upstreams", "errors", "slowest"]) {
      expect(out).toMatch(new RegExp(`^${name} `, "m"));
    }
  });

  test("--list has the config's own panels, and names what is wrong with them", async () => {
    mkdirSync(join(FOLDER, "own/panels"), { recursive: true });
    const header = "-- title: T\n-- question: Mine?\n-- visual: table\n-- column n: count\n";
    writeFileSync(join(FOLDER, "own/panels/mine.sql"), `${header}SELECT 1 AS n\n`);
    writeFileSync(join(FOLDER, "own/panels/bad.sql"), header);
    const file = config("dashboards: own\n");
    const { out, err, status } = await weirInProcess(["query", "--list", "-c", file]);
    expect([status, out]).toEqual([0, expect.stringMatching(/^mine +Mine\?/m)]);
    expect(err).toMatch(/own\/panels\/bad\.sql:5: query: is missing/);
    const boards = await weirInProcess(["query", "--boards", "--json", "-c", file]);
    expect(JSON.parse(boards.out)).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({
          name: "policy",
          panels: "policy-revisions, rules, shadow, reloads",
        }),
      ]) as unknown,
    });
  });

  test("cut off by its reader is no failure", async () => {
    const child = startWeir(["query", "overview", "--format", "csv", "--admin", admin.url]);
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect([status, err]).toEqual([0, ""]);
  });
});

describe("no answer", () => {
  test.each([
    ["slowest", "the store does not answer, for 3 min now (since "],
    ["callers", "wants a token: give it with --token or WEIR_ADMIN_TOKEN"],
    ["denials", "is not the admin side of a weir"],
    ["nope", "weir: Nothing here.\n"],
  ])("%s: %s", async (name, words) => {
    const { status, out, err } = await query(name);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(words);
  });

  test("where no weir runs: how to start one; with --json as JSON", async () => {
    const nobody = ["query", "routes", "--admin", "127.0.0.1:1"];
    const { status, err } = await weirInProcess(nobody);
    expect(status).toBe(2);
    expect(err).toMatch(/^weir: no weir answers at http:\/\/127\.0\.0\.1:1 .* "weir run"/);
    expect(JSON.parse((await weirInProcess([...nobody, "--json"])).err)).toMatchObject({
      ok: false,
      code: "unreachable",
    });
  });

  test.each([
    [["--since", "1h"]],
    [["routes", "--sql", "SELECT 1"]],
    [["routes", "--format", "xml"]],
    [["routes", "--filter", "route"]],
    [["--sql", "SELECT 1", "--since", "1h"]],
    [["routes", "--nope"]],
  ])("bad usage %j: exit 2 and nothing asked", async (args) => {
    expect((await query(...args)).status).toBe(2);
    expect(admin.asked).toEqual([]);
  });
});

describe("whom it asks", () => {
  test("the config's admin side with its token, whatever else is wrong with the config", async () => {
    const file = config(
      `admin: { listen: "0.0.0.0:${admin.port}", token: "\${env:T}" }\nidentity: \${env:NOT_SET}\n`,
    );
    const { status } = await weir(["query", "routes", "-c", file], { env: { T: "s3cret" } });
    expect(status).toBe(0);
    expect(admin.asked[0]?.authorization).toBe("Bearer s3cret");
  });

  test("weir.yaml of the folder, and tokens by environment or option before the config's", async () => {
    config(`admin: { listen: "127.0.0.1:${admin.port}", token: of-config }\n`);
    const ask = ["query", "routes"];
    await weir(ask, { cwd: FOLDER });
    await weir(ask, { cwd: FOLDER, env: { WEIR_ADMIN_TOKEN: "of-env" } });
    await weir([...ask, "--token", "of-option"], { cwd: FOLDER, env: { WEIR_ADMIN_TOKEN: "e" } });
    expect(admin.asked.map(({ authorization }) => authorization)).toEqual([
      "Bearer of-config",
      "Bearer of-env",
      "Bearer of-option",
    ]);
  });

  test("faults of the config by file, line and key, never the value", async () => {
    const file = config(`services: {}\nadmin:\n  listen: s3cret\n  token: \${env:NOT_SET}\n`);
    const { status, err } = await weirInProcess(["query", "routes", "-c", file]);
    expect(status).toBe(2);
    expect(err.split("\n").sort()).toEqual([
      "",
      `${file}:3: admin.listen: must be HOST:PORT, such as 127.0.0.1:8080`,
      `${file}:4: admin.token: the environment variable NOT_SET is not set; set it`,
    ]);
    expect((await weirInProcess(["query", "routes", "-c", "/nowhere.yaml"])).err).toContain(
      "/nowhere.yaml",
    );
    const open = config(`admin: { listen: "127.0.0.1:0" }`);
    expect((await weirInProcess(["query", "routes", "-c", open])).err).toContain("--admin URL");
  });
});
