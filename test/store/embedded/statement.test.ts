import { describe, expect, test } from "vitest";
import {
  formatOf,
  rawInsertOf,
  readonlyFault,
  statementFault,
  tokensOf,
} from "../../../src/store/embedded/statement.ts";

describe("readonlyFault", () => {
  test.each([
    "SELECT 1",
    "  /* why */ -- a comment\n select count() from requests",
    "WITH 1 AS x SELECT x",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SHOW TABLES",
    "describe requests",
    "EXPLAIN indexes = 1 SELECT 1",
    "EXISTS requests",
    "SELECT 'file(1)', \"file\", url FROM t -- url(1)",
    "SELECT path, file FROM requests WHERE file IN (1)",
  ])("allows %s", (sql) => {
    expect(readonlyFault(tokensOf(sql))).toBeNull();
  });

  test.each([
    "",
    "-- nothing",
    "INSERT INTO t VALUES (1)",
    "DROP TABLE requests",
    "SET readonly = 0",
    "SYSTEM STOP MERGES",
    "KILL QUERY WHERE 1",
    "BACKUP TABLE t TO File('x')",
    "/**/ALTER TABLE t DELETE WHERE 1",
    "/* /* nested */ SELECT */ DROP TABLE t",
    "SELECT file('/etc/passwd')",
    "SELECT FILE ('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT \"file\" /* x */ ('/etc/passwd')",
    "SELECT `fil\\x65`('/etc/passwd')",
    "SELECT * FROM url('http://127.0.0.1', 'LineAsString')",
    "SELECT * FROM s3('x')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM executable('x', 'TSV', 'a String')",
    "WITH x AS (SELECT * FROM mysql('h')) SELECT * FROM x",
    "DESCRIBE url('http://127.0.0.1')",
  ])("refuses %s", (sql) => {
    expect(readonlyFault(tokensOf(sql))).not.toBeNull();
  });
});

describe("statementFault", () => {
  test.each([
    ["SELECT 1;", false],
    ["SELECT ';'; ", false],
    ["SELECT 1; DROP TABLE t", true],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", true],
    ["SELECT 1 into /**/ outfile '/tmp/x'", true],
    ["INSERT INTO t FROM INFILE '/etc/passwd' FORMAT LineAsString", true],
    ["SELECT 'outfile'", false],
  ])("%s: fault %s", (sql, faulty) => {
    expect(statementFault(tokensOf(sql)) !== null).toBe(faulty);
  });
});

test.each([
  ["SELECT 1 FORMAT JSON", "JSON"],
  ["SELECT format('{}', x)", undefined],
  ["SELECT 'FORMAT CSV'", undefined],
  ["SELECT 1 format JSONEachRow SETTINGS a = 1;", "JSONEachRow"],
])("formatOf %s", (sql, format) => {
  expect(formatOf(tokensOf(sql))).toBe(format);
});

test.each([
  [
    "INSERT INTO requests (a, b) FORMAT JSONCompactEachRow",
    { table: "requests", columns: ["a", "b"], format: "JSONCompactEachRow" },
  ],
  ["insert into `weir`.`t` format JSONEachRow\n", { table: "weir.t", format: "JSONEachRow" }],
  ["INSERT INTO t (a) VALUES (1)", null],
  ["INSERT INTO t (* EXCEPT(a)) FORMAT JSONEachRow", null],
  ["INSERT INTO t FORMAT CSV", null],
  ["SELECT 1", null],
])("rawInsertOf %s", (sql, target) => {
  expect(rawInsertOf(sql)).toEqual(target);
});
