// Boards and panels over the API: how one is described, and how a faulty file is named.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDashboards } from "../../src/store/dashboards.ts";
import { problemOf, startTestAdmin, temporaryFolder } from "./support/admin-kit.ts";

const PANEL = `-- title: Mine
-- question: Q?
-- visual: stat
-- door: decision=deny
-- column n: requests -> status_class=5xx
SELECT 1 AS n
`;
const BOARD = `title: B
question: Q?
rows:
  - [{ panel: mine }, { panel: bad }, { panel: nowhere }]
`;

function own(): string {
  const folder = temporaryFolder();
  for (const kind of ["panels", "boards"]) mkdirSync(join(folder, kind));
  writeFileSync(join(folder, "panels/mine.sql"), PANEL);
  writeFileSync(join(folder, "panels/bad.sql"), PANEL.replace("stat", "cake"));
  writeFileSync(join(folder, "boards/b.yaml"), BOARD);
  writeFileSync(join(folder, "boards/broken.yaml"), "title: [\n");
  return folder;
}

test("a board says how each panel is drawn, or which line of which file keeps it from that", async () => {
  const dashboards = loadDashboards(own());
  const { url } = await startTestAdmin({ dashboards: () => dashboards });
  const get = (path: string): Promise<Response> => fetch(`${url}/api/v1/${path}`);
  const list = (await (await get("boards")).json()) as { boards: { name: string }[] };
  expect(list.boards.map(({ name }) => name)).toEqual(expect.arrayContaining(["b", "overview"]));
  expect(list).toMatchObject({ faults: expect.arrayContaining([expect.anything()]) as unknown });

  const board = (await (await get("boards/b")).json()) as { rows: unknown[][] };
  const [mine, bad, nowhere] = board.rows[0] ?? [];
  const shared = { width: 4, parameters: {} };
  expect(mine).toEqual({
    ...shared,
    panel: "mine",
    title: "Mine",
    fault: null,
    drawn: {
      visual: "stat",
      question: "Q?",
      columns: [{ name: "n", unit: "requests", door: { status_class: "5xx" } }],
      takes: [],
      door: { decision: "deny" },
    },
  });
  const line = (words: string) => expect.stringMatching(words) as unknown;
  expect(bad).toEqual({
    ...shared,
    panel: "bad",
    title: "bad",
    drawn: null,
    fault: line("panels/bad.sql:3: visual: must be one of"),
  });
  expect(nowhere).toMatchObject({
    drawn: null,
    fault: line("boards/b.yaml:4: panel: there is no sound panel nowhere"),
  });

  expect(await problemOf(await get("boards/broken"))).toMatchObject({
    status: 422,
    code: "bad_board",
    detail: line("boards/broken.yaml:2: "),
  });
  expect(await problemOf(await get("boards/nope"))).toMatchObject({
    status: 404,
    code: "unknown_board",
  });
  expect(await problemOf(await get("query/bad"))).toMatchObject({
    status: 422,
    code: "bad_panel",
    faults: [expect.objectContaining({ line: 3 })],
  });
});
