import { expect, test } from "vitest";
import { filterQuery } from "../../../src/admin/api/filters.ts";
import { DOOR_FILTERS } from "../../../src/store/panels/panel.ts";
import { parsePanel } from "../../../src/store/panels/parse-panel.ts";

const GOOD = `-- title: T
-- question: Q: why?
-- visual: table
-- door: decision=deny kind=request
-- column n: count
-- column errors: requests -> status_class=5xx
-- column last: time -> none
-- parameter service: String, only this service
-- parameter limit: UInt32 = 20, most rows
SELECT 1 AS n
-- A word on the query.
WHERE {service:String} = '' LIMIT {limit:UInt32}
`;

const parse = (text: string) => parsePanel({ name: "p", file: "panels/p.sql", text });

test("a panel is its header and its query, whose lines stay where they are", () => {
  const parsed = parse(GOOD);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { panel } = parsed;
  expect(panel).toMatchObject({ name: "p", title: "T", question: "Q: why?", visual: "table" });
  expect(panel.door).toEqual({ decision: "deny", kind: "request" });
  expect([...panel.columns]).toEqual([
    ["n", { unit: "count", door: {} }],
    ["errors", { unit: "requests", door: { status_class: "5xx" } }],
    ["last", { unit: "time", door: null }],
  ]);
  expect([...panel.parameters.values()].map((each) => each.fallback)).toEqual(["", "20"]);
  expect(panel.sql.split("\n").indexOf("SELECT 1 AS n")).toBe(9);
});

test("a second query reads sums, but not where a filter is given that they don't count by", () => {
  const sums = "-- from sums, but for service\nSELECT 2 AS n LIMIT {limit:UInt32}\n";
  const parsed = parse(GOOD + sums);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  expect(parsed.panel.sql).not.toContain("SELECT 2");
  expect(parsed.panel.sums).toMatchObject({ except: ["service"] });
  expect(parsed.panel.sums?.sql.split("\n").indexOf("SELECT 2 AS n LIMIT {limit:UInt32}")).toBe(13);
  const wrong = parse(
    GOOD + sums.replace("service", "colour").replace("SELECT 2", "SELECT {n:UInt8}"),
  );
  expect(wrong.ok ? [] : wrong.faults).toEqual([
    { file: "panels/p.sql", line: 13, message: "from sums: colour is no parameter of this panel" },
    {
      file: "panels/p.sql",
      line: 14,
      message: 'parameter n: is not in the header; write "-- parameter n: ..."',
    },
  ]);
});

test.each([
  ["-- title: T\n", "", 1, /^title: is missing/],
  ["-- title: T", "-- titel: T", 1, /^titel: unknown key; keys are title/],
  ["-- title: T", "-- title T", 1, /^must be "-- KEY: VALUE"/],
  ["-- question: Q: why?", "-- title: again", 2, /^title: is written twice/],
  ["-- visual: table", "-- visual: cake", 3, /^visual: must be one of timeseries/],
  [
    "decision=deny kind",
    "decision=deny colour",
    4,
    /^door: must be FILTER=VALUE; filters are kind/,
  ],
  ["n: count", "n: furlongs", 5, /^column n: must be a unit/],
  ["-- column n: count", "-- column errors: count", 6, /^column errors: is written twice/],
  ["service: String, only this service", "service: String", 8, /^parameter service: must be "TYPE/],
  ["UInt32 = 20, most", "UInt32, most", 9, /^parameter limit: needs a number as its default/],
  ["UInt32 = 20, most", "UInt16 = 20, most", 12, /^parameter limit: is UInt16 in the header/],
  ["LIMIT {limit:UInt32}", "", 9, /^parameter limit: is not in the query/],
  [
    "-- parameter service: String, only this service\n",
    "",
    11,
    /^parameter service: is not in the header/,
  ],
  ["SELECT 1", "INSERT 1", 10, /^query: only SELECT/],
  ["AS n\n", "AS n FROM url('http://a')\n", 10, /^query: url\(\) is not allowed/],
  ["AS n\n", "AS n; DROP TABLE requests\n", 10, /^query: Multi-statements/],
  ["AS n\n", "AS n, {{rollups}}\n", 10, /^query: \{\{rollups\}\} is none of \{\{rollup\}\}/],
])("%j -> %j: line %i says what is wrong", (...[from, to, line, message]) => {
  const parsed = parse(GOOD.replace(from, to));
  const faults = parsed.ok ? [] : parsed.faults;
  expect(faults).toContainEqual({
    file: "panels/p.sql",
    line,
    message: expect.stringMatching(message) as unknown,
  });
});

test("all that is wrong is said at once, in the order of lines; an empty file is no panel", () => {
  const parsed = parse(GOOD.replace("table", "cake").replace("n: count", "n: furlongs"));
  expect(parsed.ok ? [] : parsed.faults.map(({ line }) => line)).toEqual([3, 5]);
  const nothing = parse("");
  expect(nothing.ok ? "" : nothing.faults.map(({ message }) => message).join()).toContain(
    "query: is missing; write one SELECT",
  );
});

test("doors open by the filters that the request list has", () => {
  const window = ["since", "until", "limit", "before"];
  const known = Object.keys(filterQuery.shape).filter((name) => !window.includes(name));
  expect([...DOOR_FILTERS].sort()).toEqual(known.sort());
});
