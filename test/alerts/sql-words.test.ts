// Which columns a statement can't answer with: only what is certain is told.
import { expect, test } from "vitest";
import { mayAnswer } from "../../src/alerts/sql-words.ts";

test.each([
  ["SELECT route, count(*) AS n FROM requests", "route", true],
  ["SELECT route, count(*) AS n FROM requests", "rout", false],
  ["SELECT count( * ) * 2 AS n, 3 * n AS m FROM requests", "upstream", false],
  ["SELECT * FROM requests", "upstream", true],
  ["SELECT t.* EXCEPT (a) FROM t", "upstream", true],
  ["SELECT n, * , 1 FROM t", "upstream", true],
  ["SELECT *", "upstream", true],
  ["SELECT untuple(a) FROM t", "upstream", true],
  ["SELECT COLUMNS('up') FROM t", "upstream", true],
  ["SELECT `up stream`, upstreams FROM t", "upstream", false],
])("%s: %s %s", (sql, column, may) => {
  expect(mayAnswer(sql, column)).toBe(may);
});
