// The user's own panels and boards beside weir's: what they add, override, and break.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadDashboards } from "../../src/store/dashboards.ts";

const PANEL = `-- title: Mine
-- question: Q?
-- visual: stat
-- column n: count
SELECT 1 AS n
`;
const BOARD = "title: B\nquestion: Q?\nrows:\n  - [{ panel: mine }, { panel: routes }]\n";

/** Texts by path below a folder of its own. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-dashboards-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const kind of ["panels", "boards"]) mkdirSync(join(folder, kind));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

test("a folder adds to weir's and overrides by name", () => {
  const own = loadDashboards(
    folderWith({ "panels/mine.sql": PANEL, "panels/routes.sql": PANEL, "boards/b.yaml": BOARD }),
  );
  expect(own.faults).toEqual([]);
  expect(own.panels.get("mine")?.title).toBe("Mine");
  expect(own.panels.get("routes")?.title).toBe("Mine");
  expect(own.panels.get("errors")?.title).toBe("Errors");
  expect([...own.boards.keys()]).toEqual(expect.arrayContaining(["b", "overview"]));
});

test("a faulty file is named with its line, hides what it would override, and leaves the others", () => {
  const folder = folderWith({
    "panels/mine.sql": PANEL,
    "panels/routes.sql": PANEL.replace("stat", "cake"),
    "panels/Bad Name.sql": PANEL,
    "panels/large.sql": PANEL + " ".repeat(70_000),
    "panels/.hidden.sql": "no",
    "boards/b.yaml": BOARD,
    "boards/c.yaml": BOARD.replace("rows", "rowz"),
  });
  mkdirSync(join(folder, "panels/folder.sql"));
  const { panels, boards, brokenPanels, brokenBoards, faults } = loadDashboards(folder);
  expect(panels.has("mine")).toBe(true);
  expect(panels.has("routes")).toBe(false);
  expect(boards.has("b")).toBe(true);
  expect([...brokenPanels.keys(), ...brokenBoards.keys()]).toEqual(["routes", "c"]);
  const words = faults.map(({ file, line, message }) => `${file.slice(-20)}:${line}: ${message}`);
  for (const expected of [
    /panels\/Bad Name\.sql:1: name: must be lower-case/,
    /panels\/large\.sql:1: is longer than 65536 bytes/,
    /panels\/folder\.sql:1: is no file/,
    /panels\/routes\.sql:3: visual: must be one of/,
    /boards\/c\.yaml:3: rowz: is not known here/,
    /boards\/b\.yaml:4: panel: there is no sound panel routes/,
    /boards\/traffic\.yaml:\d+: panel: there is no sound panel routes/,
  ]) {
    expect(words).toContainEqual(expect.stringMatching(expected));
  }
});

test("a folder without the two folders has nothing; the revision is of the texts", () => {
  const empty = mkdtempSync(join(tmpdir(), "weir-dashboards-"));
  onTestFinished(() => rmSync(empty, { recursive: true }));
  expect(loadDashboards(empty)).toEqual(loadDashboards());
  const one = folderWith({ "panels/mine.sql": PANEL });
  const { revision } = loadDashboards(one);
  expect(loadDashboards(one).revision).toBe(revision);
  writeFileSync(join(one, "panels/mine.sql"), PANEL.replace("1", "2"));
  expect(loadDashboards(one).revision).not.toBe(revision);
});
