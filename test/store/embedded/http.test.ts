// The embedded server as ClickHouse's own client and a bare HTTP client see it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestStore, type TestStore } from "../support.ts";

const log = { level: ClickHouseLogLevel.OFF };
let system: TestStore;
let client: ClickHouseClient;

beforeAll(async () => {
  system = await startTestStore();
  client = createClient({ log, url: system.url });
  await client.command({
    query: "CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a",
  });
});

afterAll(async () => {
  await client.close();
  await system.end();
});

function post(
  query: string,
  body: RequestInit["body"] = "",
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = new URL(system.url);
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  return fetch(`http://${url.host}/?database=weir&${query}`, {
    method: "POST",
    headers: { authorization, ...headers },
    body,
  });
}

describe("@clickhouse/client", () => {
  test("inserts objects and reads them as rows and as a stream", async () => {
    const values = [
      { a: 1, b: "x" },
      { a: 2, b: 'quote " and \n line' },
    ];
    const insert = await client.insert({ table: "t", values, format: "JSONEachRow" });
    expect(insert.summary?.written_rows).toBe("2");
    const result = await client.query({
      query: "SELECT * FROM t ORDER BY a",
      format: "JSONEachRow",
    });
    const rows: unknown[] = [];
    for await (const chunk of result.stream()) for (const row of chunk) rows.push(row.json());
    expect(rows).toEqual(values);
  });

  test("takes a stream of rows and a gzipped body", async () => {
    const compressing = createClient({
      log,
      url: system.url,
      compression: { request: true, response: true },
    });
    await compressing.insert({
      table: "t",
      values: Readable.from([
        [10, "s"],
        [11, "s"],
      ]),
      format: "JSONCompactEachRow",
    });
    const result = await compressing.query({ query: "SELECT count() AS n FROM t WHERE b = 's'" });
    expect((await result.json<{ n: number }>()).data[0]?.n).toBe(2);
    await compressing.close();
  });

  test.each([
    ["UInt8", 7, 7],
    ["String", "it's \\ \n\t'); DROP TABLE t", "it's \\ \n\t'); DROP TABLE t"],
    ["Array(String)", ["a'b", "c"], ["a'b", "c"]],
    ["Map(String, UInt8)", { k: 1 }, { k: 1 }],
    ["Nullable(String)", null, null],
    ["DateTime64(3, 'UTC')", new Date(1500), "1970-01-01 00:00:01.500"],
  ])("binds a parameter of type %s", async (type, value, seen) => {
    const result = await client.query({
      query: `SELECT {p:${type}} AS p`,
      query_params: { p: value },
    });
    expect((await result.json<{ p: unknown }>()).data[0]?.p).toEqual(seen);
  });

  test("bound queries at once do not see each other's values", async () => {
    const asked = Array.from({ length: 40 }, (_, at) => at);
    const seen = await Promise.all(
      asked.map(async (at) => {
        const result = await client.query({
          query: "SELECT {p:UInt32} AS p, sum(number) FROM numbers(100000)",
          query_params: { p: at },
        });
        return (await result.json<{ p: number }>()).data[0]?.p;
      }),
    );
    expect(seen).toEqual(asked);
  });

  test("settings end with their request", async () => {
    const ask = async (settings: Record<string, number>): Promise<unknown> => {
      const query = "SELECT getSetting('max_block_size') AS v";
      const result = await client.query({ query, clickhouse_settings: settings });
      return (await result.json<{ v: unknown }>()).data[0]?.v;
    };
    const before = await ask({});
    expect(String(await ask({ max_block_size: 77 }))).toBe("77");
    expect(await ask({})).toEqual(before);
  });

  test("errors carry ClickHouse's code and type", async () => {
    await expect(client.query({ query: "SELECT nonsense" })).rejects.toMatchObject({
      code: "47",
      type: "UNKNOWN_IDENTIFIER",
    });
    await expect(client.query({ query: "SELECT * FROM nowhere" })).rejects.toMatchObject({
      code: "60",
    });
  });

  test("max_execution_time ends a query", async () => {
    const query = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number)";
    await expect(
      client.query({ query, clickhouse_settings: { max_execution_time: 1 } }),
    ).rejects.toMatchObject({ code: "159" });
  });

  test("a wrong password and an unknown user are refused", async () => {
    for (const given of [
      { username: "weir", password: "no" },
      { username: "root", password: "" },
    ]) {
      const stranger = createClient({
        log,
        url: new URL("/", `http://${new URL(system.url).host}`),
        ...given,
      });
      await expect(stranger.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "516" });
      await stranger.close();
    }
  });
});

describe("readonly", () => {
  test.each([
    "INSERT INTO t VALUES (1, '')",
    "CREATE TABLE u (a UInt8) ENGINE = Memory",
    "DROP TABLE t",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT file('/etc/passwd')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM `url`('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM view(SELECT * FROM file('/etc/passwd', 'LineAsString'))",
    "SYSTEM STOP MERGES",
    "KILL QUERY WHERE 1",
  ])("refuses %s", async (query) => {
    const response = await post("readonly=1&max_execution_time=5", query);
    expect(response.headers.get("x-clickhouse-exception-code")).toBe("164");
    expect(await response.text()).toContain("READONLY");
  });

  test("a GET can't change anything", async () => {
    const url = new URL(system.url);
    const query = encodeURIComponent("DROP TABLE t");
    const response = await fetch(
      `http://${url.host}/?database=weir&user=${url.username}&password=${url.password}&query=${query}`,
    );
    expect(response.headers.get("x-clickhouse-exception-code")).toBe("164");
  });
});

describe("bare HTTP", () => {
  test("ping needs no password", async () => {
    const response = await fetch(`http://${new URL(system.url).host}/ping`);
    expect([response.status, await response.text()]).toEqual([200, "Ok.\n"]);
    // A client that was halted asks on a connection that is still there.
    expect(response.headers.get("keep-alive")).toBe("timeout=120");
  });

  test("format, query id and summary are in the head", async () => {
    const response = await post("query_id=q1&default_format=CSV", "SELECT 1, 'a'");
    expect(response.headers.get("x-clickhouse-format")).toBe("CSV");
    expect(response.headers.get("x-clickhouse-query-id")).toBe("q1");
    expect(JSON.parse(response.headers.get("x-clickhouse-summary") ?? "")).toHaveProperty(
      "read_rows",
    );
    expect(await response.text()).toBe('1,"a"\n');
  });

  test("rows may follow the INSERT in the body, in any format", async () => {
    const csv = await post(
      `query=${encodeURIComponent("INSERT INTO t FORMAT CSV")}`,
      '20,"; DROP"\n',
    );
    expect(csv.status).toBe(200);
    const values = await post("", "INSERT INTO t VALUES (21, '; SELECT 1')");
    expect(values.status).toBe(200);
    expect(await (await post("", "SELECT b FROM t WHERE a IN (20, 21) ORDER BY a")).text()).toBe(
      "; DROP\n; SELECT 1\n",
    );
  });

  test.each([
    ["SELECT 1; DROP TABLE t", "62", 400],
    ["SELECT 1 INTO OUTFILE 'x'", "62", 400],
    ["SELEC 1", "62", 400],
    ["SELECT * FROM nowhere", "60", 404],
  ])("%s answers exception %s with status %i", async (query, code, status) => {
    const response = await post("", query);
    expect(response.headers.get("x-clickhouse-exception-code")).toBe(code);
    expect(response.status).toBe(status);
  });

  test("an unknown encoding, a broken body and an unknown setting are errors, and it goes on", async () => {
    expect((await post("", "SELECT 1", { "content-encoding": "zip" })).status).toBe(501);
    expect((await post("", "SELECT 1", { "content-encoding": "gzip" })).status).toBe(500);
    expect((await post("nonsense=1", "SELECT 1")).headers.get("x-clickhouse-exception-code")).toBe(
      "115",
    );
    expect(await (await post("", "SELECT 1")).text()).toBe("1\n");
  });
});

describe("rows in a binary format, which only a file can be read from", () => {
  const INSERT = `query=${encodeURIComponent("INSERT INTO n (a, b) FORMAT Native")}`;
  let rows: Buffer;
  beforeAll(async () => {
    await client.command({ query: "CREATE TABLE n (a UInt64, b String) ENGINE = Memory" });
    const asked = "SELECT number AS a, repeat('x', 1000) AS b FROM numbers(1000) FORMAT Native";
    rows = Buffer.from(await (await post("", asked)).arrayBuffer());
  });

  function files(): string[] {
    const names = readdirSync(join(system.folder, "engine"));
    return names.filter((name) => name.startsWith("insert-"));
  }

  async function taken(): Promise<string> {
    const sum = await (await post("", "SELECT count(), sum(a), sum(length(b)) FROM n")).text();
    await client.command({ query: "TRUNCATE TABLE n" });
    return sum;
  }

  test.each([
    { name: "as they are", encoding: "identity", encode: (bytes: Buffer) => bytes },
    { name: "compressed", encoding: "gzip", encode: (bytes: Buffer) => gzipSync(bytes) },
  ])("are taken $name, and leave no file", async ({ encoding, encode }) => {
    const response = await post(INSERT, encode(rows), { "content-encoding": encoding });
    expect(response.status).toBe(200);
    expect(await taken()).toBe("1000\t499500\t1000000\n");
    expect(files()).toEqual([]);
  });

  test.each([
    { name: "cut short", encoding: "identity", body: () => rows.subarray(0, 5000), code: "33" },
    { name: "of no such encoding", encoding: "gzip", body: () => rows, code: "1002" },
    {
      name: "more than the limit",
      encoding: "gzip",
      body: () => gzipSync(Buffer.alloc(130 << 20)),
      code: "229",
    },
  ])("$name: $code, no rows and no file", async ({ encoding, body, code }) => {
    const response = await post(INSERT, body(), { "content-encoding": encoding });
    expect(response.headers.get("x-clickhouse-exception-code")).toBe(code);
    expect(await taken()).toBe("0\t0\t0\n");
    expect(files()).toEqual([]);
  });

  test("an INSERT that says no more is one without rows", async () => {
    const response = await post("", "INSERT INTO n (a, b) FORMAT Native");
    expect(response.headers.get("x-clickhouse-exception-code")).toBe("108");
  });

  test("a client that leaves half-way leaves no file", async () => {
    const { host, username, password } = new URL(system.url);
    const left = new AbortController();
    const halves = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(rows.subarray(0, 500_000)),
      pull: async () => {
        await vi.waitUntil(() => files().length > 0);
        left.abort();
      },
    });
    const authorization = `Basic ${btoa(`${username}:${password}`)}`;
    const asked = fetch(`http://${host}/?database=weir&${INSERT}`, {
      method: "POST",
      headers: { authorization },
      body: halves,
      duplex: "half",
      signal: left.signal,
    });
    await expect(asked).rejects.toThrow();
    await vi.waitUntil(() => files().length === 0, { timeout: 10_000 });
    expect(await taken()).toBe("0\t0\t0\n");
  });
});
