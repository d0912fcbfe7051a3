import { expect, test } from "vitest";
import { boardFaults, parseBoard } from "../../../src/store/boards/parse-board.ts";
import { loadDashboards } from "../../../src/store/dashboards.ts";

const GOOD = `title: T
question: Q?
range: 24h
variables: [service]
rows:
  - [{ panel: routes, width: 8, title: Mine, parameters: { limit: 10 } }, { panel: errors, width: 4 }]
  - - panel: summary
`;
const parse = (text: string) => parseBoard({ name: "b", file: "boards/b.yaml", text });
const { panels } = loadDashboards();

test("a board is panels in rows; a width that is not said is the row's share", () => {
  const parsed = parse(GOOD);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  expect(parsed.board).toEqual({
    name: "b",
    file: "boards/b.yaml",
    title: "T",
    question: "Q?",
    range: "24h",
    variables: ["service"],
    rows: [
      [
        { panel: "routes", title: "Mine", width: 8, parameters: { limit: "10" }, line: 6 },
        { panel: "errors", title: "", width: 4, parameters: {}, line: 6 },
      ],
      [{ panel: "summary", title: "", width: 12, parameters: {}, line: 7 }],
    ],
  });
  expect(boardFaults(parsed.board, panels)).toEqual([]);
});

test.each([
  ["title: T\n", "", 1, "title: must be text"],
  ["range: 24h", "range: yesterday", 3, "range: must be an age"],
  ["range:", "ranges:", 3, "ranges: is not known here"],
  ["width: 8", "width: 13", 6, "width: must be a whole number from 1 to 12"],
  ["width: 8", "width: 9", 6, "width: the panels of a row have 12 at most"],
  ["width: 8", "size: 8", 6, "size: is not known here"],
  ["limit: 10", "limit: [1]", 6, "parameters.limit: must be text or a number"],
  ["panel: summary", "panel: [summary]", 7, "panel: must be text"],
  ["- - panel: summary", "- panel: summary", 7, "write a list of panels"],
  ["rows:", "rows: 1\nother:", 5, "write a list of rows"],
  ["[{", "[[{", 7, "Flow sequence"],
])("%j -> %j: line %i says what is wrong", (...[from, to, line, words]) => {
  const parsed = parse(GOOD.replace(from, to));
  expect(parsed.ok).toBe(false);
  const faults = parsed.ok ? [] : parsed.faults;
  expect(faults.map((fault) => `${fault.file}:${fault.line}: ${fault.message}`)).toContainEqual(
    expect.stringContaining(`boards/b.yaml:${line}: ${words}`),
  );
});

test.each([
  ["panel: errors", "panel: erors", 6, "panel: there is no sound panel erors"],
  [
    "limit: 10",
    "limits: 10",
    6,
    "parameters: routes takes no limits; it takes service, route, limit",
  ],
  ["[service]", "[colour]", 1, "variables: no panel here takes colour"],
])("%j -> %j: among the panels there are, line %i is wrong", (...[from, to, line, message]) => {
  const parsed = parse(GOOD.replace(from, to));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  expect(boardFaults(parsed.board, panels)).toEqual([{ file: "boards/b.yaml", line, message }]);
});
