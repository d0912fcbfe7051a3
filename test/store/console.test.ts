// What the SQL console lets through and what it does not, asked of a real store with something to steal.
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askConsole } from "../../src/store/console.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { batch, line, startTestStore, type TestStore } from "./support.ts";

const LIMITS = { maxRows: 100, maxBytes: 1 << 20, timeoutMs: 60_000 };
const PLANTED = "PLANTED-SECRET";
const PLANTED_NAME = "planted_view";

let system: TestStore;
let file: string;
let out: string;
let web: Server;
let calls = 0;

beforeAll(async () => {
  system = await startTestStore();
  file = join(system.folder, "planted.csv");
  out = join(system.folder, "out.csv");
  writeFileSync(file, `a\n${PLANTED}\n`);
  writeFileSync(join(system.folder, "engine", "planted.csv"), `a\n${PLANTED}\n`);
  web = createServer((_request, response) => {
    calls++;
    response.end(PLANTED);
  }).listen(0, "127.0.0.1");
  await once(web, "listening");
  await system.store.command("CREATE DATABASE other");
  await system.store.command(
    `CREATE TABLE other.secrets (a String DEFAULT '${PLANTED}' COMMENT '${PLANTED}') ENGINE = MergeTree ORDER BY a`,
  );
  await system.store.command("INSERT INTO other.secrets VALUES (DEFAULT)");
  await system.store.command(
    `CREATE VIEW other.${PLANTED_NAME} AS SELECT '${PLANTED}' AS x FROM other.secrets`,
  );
  await system.store.command(
    "CREATE TABLE other.pairs (k UInt8, v String) ENGINE = Join(ANY, LEFT, k)",
  );
  await system.store.command(
    "CREATE DICTIONARY other.words (k UInt64, v String) PRIMARY KEY k SOURCE(CLICKHOUSE(TABLE 'pairs' DB 'other')) LAYOUT(FLAT()) LIFETIME(0)",
  );
  await system.store.command("CREATE FUNCTION leak AS path -> file(path)");
  await system.store.write(batch("console", [line({ trace_id: "a".repeat(32), path: "/x" })]));
});

afterAll(async () => {
  web.close();
  await system.end();
});

/** FILE, OUT, HOST and PORT stand for what is there. */
function filled(sql: string): string {
  const { port } = web.address() as AddressInfo;
  return sql.replaceAll("FILE", file).replaceAll("OUT", out).replaceAll("WEB", `127.0.0.1:${port}`);
}

async function codeOf(sql: string, limits = LIMITS): Promise<number | string | null> {
  try {
    const { rows } = await askConsole(system.store, filled(sql), limits);
    return `answered: ${JSON.stringify(rows).slice(0, 200)}`;
  } catch (thrown) {
    expect(String(thrown)).not.toContain(PLANTED);
    return thrown instanceof StoreError ? thrown.code : String(thrown);
  }
}

describe("is answered", () => {
  test.each([
    "SELECT count() FROM requests",
    "SELECT path FROM requests AS r WHERE r.trace_id IN (SELECT trace_id FROM requests)",
    "WITH busy AS (SELECT route, count() AS n FROM requests GROUP BY route) SELECT * FROM busy ORDER BY n",
    "WITH known AS (SELECT 1 AS x) SELECT 1 WHERE 1 IN known",
    "SELECT * EXCEPT (headers), COLUMNS('_ns$'), requests.* FROM weir.requests LIMIT 1",
    "SELECT path, sum(duration_ns) OVER (PARTITION BY route) FROM requests",
    "SELECT arrayMap(x -> x + 1, [1, 2]), 'file(1)'",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT 1 INTERSECT SELECT 1",
    "SELECT number FROM numbers(3) ORDER BY number WITH FILL",
    "SELECT number FROM system.numbers LIMIT 3",
    "SELECT * FROM values('a UInt8', 1, 2)",
    "SELECT * FROM view(SELECT 1)",
    "SELECT name FROM system.tables WHERE database = 'weir'",
    "SELECT column_name FROM information_schema.columns LIMIT 1",
    "SELECT a, b FROM requests ARRAY JOIN ['x'] AS a, [1] AS b",
    "SHOW TABLES",
    "SHOW CREATE TABLE requests",
    "SHOW CREATE TABLE weir.requests",
    "EXISTS weir.requests",
    "SHOW COLUMNS FROM requests",
    "DESCRIBE requests",
    "EXISTS requests",
    "EXPLAIN indexes = 1 SELECT 1 FROM requests",
    "SELECT 'ü', '🜛', \"path\" FROM requests -- ü",
    "SELECT toTypeName(x'41'), now() - INTERVAL 1 DAY, (1, 2).1, [1][1], CAST(1 AS String) /* a; b */ ;",
  ])("%s", async (sql) => {
    expect(await codeOf(sql)).toMatch(/^answered/);
  });
});

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  writes: [
    "INSERT INTO requests (kind) VALUES ('x')",
    "INSERT INTO FUNCTION file('OUT') SELECT 1",
    "INSERT INTO requests (kind) SELECT 'x'",
    "WITH 1 AS x INSERT INTO requests (kind) SELECT 'x'",
    "CREATE TABLE t (a UInt8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE t (a UInt8)",
    "CREATE FUNCTION f AS x -> x",
    "CREATE USER u",
    "DROP TABLE requests",
    "TRUNCATE TABLE requests",
    "ALTER TABLE requests DELETE WHERE 1",
    "DELETE FROM requests WHERE 1",
    "UPDATE requests SET path = '' WHERE 1",
    "RENAME TABLE requests TO r",
    "OPTIMIZE TABLE requests",
    "ATTACH TABLE t FROM 'FILE' (a String) ENGINE = File(CSV)",
    "DETACH TABLE requests",
    "BACKUP TABLE requests TO File('OUT')",
    "RESTORE TABLE requests FROM File('OUT')",
    "SYSTEM STOP MERGES",
    "KILL QUERY WHERE 1",
    "GRANT ALL ON *.* TO default",
    "SET readonly = 0",
    "USE system",
    "EXCHANGE TABLES requests AND rollups",
    "CHECK TABLE requests",
    "SELECT 1 PARALLEL WITH DROP TABLE requests",
    "EXPLAIN PARALLEL WITH DROP TABLE requests",
    "EXECUTE AS default SELECT 1",
    "COPY requests TO 'OUT'",
  ],
  "several statements": [
    "SELECT 1; DROP TABLE requests",
    "SELECT 1;;SELECT 2",
    "SELECT $$'$$; DROP TABLE requests; SELECT $$'$$",
    "SELECT 1 /* ; */ ; -- x\n DROP TABLE requests",
  ],
  "its own settings": [
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_memory_usage = 0",
    "SELECT 1 SETTINGS allow_ddl = 1",
    "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)",
    "SELECT 1 SETTINGS additional_result_filter = '1'",
    "SELECT getServerSetting('path')",
    "SHOW SETTINGS LIKE 'max%'",
  ],
  files: [
    "SELECT file('FILE')",
    "SELECT FiLe ('FILE')",
    "SELECT `file`('FILE')",
    "SELECT \"file\"/**/('FILE')",
    "SELECT `fil\\x65`('FILE')",
    "SELECT “file”('FILE')",
    "SELECT ‘'‘, file('FILE'), ‘'‘",
    "SELECT $$'$$ AS a, file('FILE') AS b, $$'$$ AS c",
    "SELECT $x$'$x$, file('FILE'), $x$'$x$",
    "SELECT x'\\', file('FILE'), '",
    "SELECT arrayMap(file, ['FILE'])",
    "SELECT arrayMap(f -> file(f), ['FILE'])",
    "SELECT * APPLY(file) FROM (SELECT 'FILE')",
    "SELECT COLUMNS('.*') APPLY file FROM (SELECT 'FILE')",
    "WITH (SELECT file('FILE')) AS x SELECT x",
    "SELECT 1 WHERE 'a' = file('FILE')",
    "SELECT 1 ORDER BY file('FILE')",
    "SELECT (1, 2).1file('FILE')",
    "SELECT * FROM file('FILE', 'LineAsString')",
    "SELECT * FROM file('FILE')",
    "SELECT * FROM FILE('FILE')",
    "SELECT * FROM view(SELECT * FROM file('FILE'))",
    "SELECT * FROM (SELECT * FROM file('FILE'))",
    "WITH x AS (SELECT * FROM file('FILE')) SELECT * FROM x",
    "SELECT 1 WHERE 1 IN (SELECT 1 FROM file('FILE'))",
    "SELECT 1 UNION ALL SELECT a FROM file('FILE')",
    "SELECT * FROM requests JOIN file('FILE') AS f ON 1",
    "DESCRIBE file('FILE')",
    "DESCRIBE TABLE file('FILE')",
    "DESC (SELECT * FROM file('FILE'))",
    "EXPLAIN SELECT * FROM file('FILE')",
    "EXPLAIN ESTIMATE SELECT * FROM file('FILE')",
    "EXPLAIN TABLE OVERRIDE file('FILE') COLUMNS (a Int8)",
    "SELECT * FROM 'FILE'",
    "SELECT * FROM `FILE`",
    "SELECT * FROM default.`FILE`",
    "SELECT * FROM fileCluster('c', 'FILE')",
    "SELECT * FROM executable('cat FILE', 'TSV', 'a String')",
    "SELECT * FROM sqlite('FILE', 't')",
    "SELECT * FROM input('a String')",
    "SELECT * FROM eval('SELECT 1')",
    "SELECT * FROM loop(file('FILE'))",
    "SELECT 1 INTO OUTFILE 'OUT'",
    "SELECT 1 into/**/outfile 'OUT' TRUNCATE",
    "SELECT $$'$$ AS a, 1 AS b INTO OUTFILE 'OUT' /*$$'$$*/",
    "SELECT (1, 2).1INTO OUTFILE 'OUT'",
    "SELECT leak('FILE')",
    "SELECT arrayMap(leak, ['FILE'])",
    "SELECT * APPLY(leak) FROM (SELECT 'FILE')",
    "SELECT * FROM loop(requests)",
    "SELECT * FROM format(JSONEachRow, '{}')",
    "SELECT * FROM fuzzQuery('SELECT 1')",
    "SELECT * FROM generateRandom('a String')",
    "SELECT * FROM requests PREWHERE file('FILE') != ''",
    "SELECT 1 QUALIFY file('FILE') = ''",
    "SELECT 1 LIMIT length(file('FILE'))",
    "SELECT 1 WINDOW w AS (ORDER BY file('FILE'))",
    "SELECT number FROM numbers(length(file('FILE')))",
    "SELECT * FROM values('a String', file('FILE'))",
    "SELECT * REPLACE (file('FILE') AS a) FROM (SELECT 1 AS a)",
    "SELECT DISTINCT ON (file('FILE')) 1",
    "FROM file('FILE') SELECT *",
    "SELECT catboostEvaluate('FILE', 1)",
    "SELECT addressToLine(1)",
  ],
  "the network": [
    "SELECT * FROM url('http://WEB/', 'LineAsString')",
    "SELECT * FROM urlCluster('c', 'http://WEB/', 'LineAsString')",
    "SELECT * FROM s3('http://WEB/a', 'LineAsString')",
    "SELECT * FROM s3Cluster('c', 'http://WEB/a', 'LineAsString')",
    "SELECT * FROM gcs('http://WEB/a', 'LineAsString')",
    "SELECT * FROM remote('WEB', system.one)",
    "SELECT * FROM remoteSecure('WEB', system.one)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM clusterAllReplicas('default', system.one)",
    "SELECT * FROM mysql('WEB', 'd', 't', 'u', 'p')",
    "SELECT * FROM postgresql('WEB', 'd', 't', 'u', 'p')",
    "SELECT * FROM mongodb('WEB', 'd', 't', 'u', 'p', 'a Int8')",
    "SELECT * FROM redis('WEB', 'k', 'k String')",
    "SELECT * FROM odbc('DSN=x', 'd', 't')",
    "SELECT * FROM jdbc('x', 'd', 't')",
    "SELECT * FROM hdfs('hdfs://WEB/a', 'TSV', 'a String')",
    "SELECT * FROM azureBlobStorage('http://WEB', 'c', 'a', 'n', 'k')",
    "SELECT * FROM iceberg('http://WEB/a')",
    "SELECT * FROM deltaLake('http://WEB/a')",
    "SELECT * FROM hudi('http://WEB/a')",
    "SELECT * FROM arrowFlight('WEB', 'd')",
    "SELECT * FROM ytsaurus('http://WEB', 'p', 't', 'a String')",
    "SELECT hasColumnInTable('WEB', 'system', 'one', 'dummy')",
    "SELECT aiGenerate('http://WEB', 'x')",
  ],
  "other people's tables": [
    "SELECT * FROM other.secrets",
    'SELECT * FROM "other"."secrets"',
    "SELECT * FROM requests AS r, other.secrets AS s",
    "SELECT 1 WHERE 'x' IN other.secrets",
    "SELECT 1 WHERE 'x' NOT IN (other.secrets)",
    "SELECT 1 WHERE in('x', other.secrets)",
    "SELECT 1 WHERE `a\n      Identifier requests` IN other.secrets",
    "DESCRIBE other.secrets",
    "SELECT * FROM merge('other', 'secrets')",
    "SELECT * FROM viewIfPermitted(SELECT * FROM other.secrets ELSE null('a String'))",
    "SELECT joinGet('other.pairs', 'v', 1)",
    "SELECT dictGet('other.words', 'v', 1)",
    "SELECT * FROM dictionary('other.words')",
    "SELECT * FROM mergeTreeIndex('weir', 'requests')",
    ...[
      "users query_log query_thread_log text_log session_log processes named_collections settings",
      "server_settings merge_tree_settings grants roles user_directories certificates macros clusters",
      "dictionaries errors stack_trace warnings disks backups asynchronous_inserts query_cache",
      "user_processes zookeeper replication_queue kafka_consumers",
    ]
      .flatMap((names) => names.split(" "))
      .map((name) => `SELECT * FROM system.${name}`),
    "SHOW USERS",
    "SHOW GRANTS",
    "SHOW PROCESSLIST",
    "SHOW ACCESS",
    "SHOW CREATE USER default",
    "SHOW CLUSTERS",
    "SHOW NAMED COLLECTIONS",
    "SHOW CREATE TABLE other.secrets",
    "SHOW CREATE other.secrets",
    "SHOW CREATE TABLE `other`.secrets",
    "SHOW CREATE VIEW other.planted_view",
    "SHOW CREATE DATABASE other",
    "SHOW CREATE DICTIONARY other.words",
    "EXISTS other.secrets",
    "EXISTS DATABASE other",
  ],
  "what no limit of time ends": [
    "SELECT levenshteinDistance('a', 'b')",
    "SELECT editDistance('a', 'b')",
    "SELECT editDistanceUTF8('a', 'b')",
    "SELECT damerauLevenshteinDistance('a', 'b')",
    "SELECT arrayMap(jaroSimilarity, ['a'], ['b'])",
    "SELECT arrayLevenshteinDistanceWeighted([1], [2], [1.], [1.])",
    "SELECT arraySimilarity([1], [2], [1.], [1.])",
  ],
};

for (const [what, statements] of Object.entries(REFUSED)) {
  describe(`refuses ${what}`, () => {
    test.each(statements)("%s", async (sql) => {
      const code = await codeOf(sql);
      // A statement that no ClickHouse can read is refused as well as one that may not run.
      expect([62, 164]).toContain(code);
      expect(existsSync(out)).toBe(false);
    });
  });
}

describe("says nothing of other databases, and of functions that somebody added", () => {
  test.each([
    "SHOW DATABASES",
    "SHOW TABLES FROM other",
    "SHOW FULL TABLES IN other",
    "SHOW COLUMNS FROM secrets FROM other",
    "SHOW FULL FIELDS FROM other.secrets",
    "SHOW FUNCTIONS LIKE 'leak%'",
    "SELECT * FROM system.databases",
    "SELECT * FROM system.tables",
    "SELECT * FROM (SELECT name FROM system.tables WHERE database = 'other')",
    "SELECT * FROM view(SELECT name FROM system.tables WHERE database = 'other')",
    "WITH t AS (SELECT name FROM `system`.tables) SELECT * FROM t WHERE name LIKE 'planted%'",
    "SELECT t.name FROM system.databases AS d JOIN system.tables AS t ON t.database != d.name",
    "SELECT 1 WHERE 'other' IN (SELECT database FROM system.columns)",
    "SELECT * FROM system.columns WHERE database = 'other'",
    "SELECT * FROM system.parts WHERE database = 'other'",
    "SELECT * FROM system.parts_columns WHERE database = 'other'",
    "SELECT * FROM system.functions WHERE create_query != ''",
    ...["schemata", "tables", "columns", "views", "key_column_usage", "statistics"].flatMap(
      (name) => [
        `SELECT * FROM information_schema.${name}`,
        `SELECT * FROM INFORMATION_SCHEMA.${name.toUpperCase()}`,
      ],
    ),
  ])("%s", async (sql) => {
    const limits = { ...LIMITS, maxRows: 100_000, maxBytes: 64 << 20 };
    const { rows } = await askConsole(system.store, sql, limits);
    const text = JSON.stringify(rows);
    for (const word of [PLANTED, PLANTED_NAME, "secrets", '"other"', "leak"]) {
      expect(text).not.toContain(word);
    }
  });
});

test("all of a row is all that it has by any name", async () => {
  const { columns } = await askConsole(system.store, "SELECT * FROM requests LIMIT 1", LIMITS);
  const names = columns.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["policy_request", "role_path", "attempt_span_id"]));
});

test("nothing was asked of the network, nothing written, and the store is whole", async () => {
  expect(calls).toBe(0);
  expect(readdirSync(system.folder)).not.toContain("out.csv");
  const { rows } = await askConsole(system.store, "SELECT count() AS n FROM requests", LIMITS);
  expect(rows).toEqual([{ n: 1 }]);
});

/** Which limit comes first depends on how busy the machine is, here and at recursion; null: our own patience. */
const OUTGROWN = [159, 241, 396, null];

describe("ends, with an error that says why", () => {
  test.each<[name: string, sql: string, codes: readonly (number | null)[]]>([
    ["a long array", "SELECT range(1000000000)", [69]],
    ["long arrays in rows", "SELECT range(100000000) FROM numbers(10)", OUTGROWN],
    ["a long text", "SELECT repeat('x', 1000000000)", [241]],
    ["texts of texts", "SELECT length(repeat(repeat('x', 1000000), 1000))", [241]],
    ["long texts in rows", "SELECT repeat('x', 1000000) FROM numbers(2000)", OUTGROWN],
    ["many rows of text", "SELECT repeat('x', 100000) FROM numbers(2000)", OUTGROWN],
    ["endless aggregation", "SELECT groupArray(number) FROM numbers(1e12)", OUTGROWN],
    [
      "arrays of arrays",
      "SELECT arrayMap(x -> arrayMap(y -> range(10000), range(10000)), range(10000))",
      [241],
    ],
    ["endless numbers", "SELECT count() FROM numbers(1e12)", [159]],
    ["a cross join", "SELECT count() FROM numbers(1e6) AS a CROSS JOIN numbers(1e6) AS b", [159]],
    [
      "recursion",
      "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count() FROM t",
      [306, 159],
    ],
    ["sleep", "SELECT sleep(3)", [164]],
    ["sleep in rows", "SELECT sleepEachRow(3) FROM numbers(100)", [164]],
    ["parentheses", `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`, [167, 306]],
    ["brackets", `SELECT ${"[".repeat(20_000)}1${"]".repeat(20_000)}`, [167, 306]],
    ["negations", `SELECT ${"NOT ".repeat(15_000)}1`, [167]],
    ["subqueries", `${"SELECT * FROM (".repeat(3000)}SELECT 1${")".repeat(3000)}`, [167, 306]],
    ["sums", `SELECT 1${"+1".repeat(30_000)}`, [167]],
  ])("%s", async (_name, sql, codes) => {
    // What may end by its time alone need not be long at it.
    const timeoutMs = codes.includes(159) ? 500 : LIMITS.timeoutMs;
    expect(codes).toContain(await codeOf(sql, { ...LIMITS, timeoutMs }));
    expect(await codeOf("SELECT 1")).toMatch(/^answered/);
  });
});
