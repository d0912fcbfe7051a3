// The user's own panels while weir runs: taken up as they change, named where they are wrong.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDashboardFiles } from "../../src/control/dashboard-files.ts";
import { createLog } from "../../src/core/log.ts";

const PANEL = `-- title: Mine
-- question: Q?
-- visual: stat
-- column n: count
SELECT 1 AS n
`;

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-own-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "panels"));
  return folder;
}

test("a new, a changed and a faulty file, and another folder, are taken up as they come", async () => {
  const folder = temporaryFolder();
  const said: Record<string, unknown>[] = [];
  let heard = Promise.withResolvers<void>();
  const log = createLog("info", (line) => {
    said.push(JSON.parse(line) as Record<string, unknown>);
    heard.resolve();
  });
  const files = createDashboardFiles(folder, log);
  onTestFinished(() => files.close());
  const saved = async (text: string): Promise<void> => {
    heard = Promise.withResolvers();
    writeFileSync(join(folder, "panels/mine.sql"), text);
    await heard.promise;
  };
  expect(said).toEqual([]);
  await saved(PANEL);
  expect(files.current().panels.get("mine")?.title).toBe("Mine");
  await saved(PANEL.replace("Mine", "Yours"));
  expect(files.current().panels.get("mine")?.title).toBe("Yours");
  await saved("SELECT 1\n");
  expect(files.current().panels.has("mine")).toBe(false);
  expect(files.current().panels.has("routes")).toBe(true);
  const faulty = said.filter((each) => JSON.stringify(each).includes("dashboards_faulty"));
  expect(JSON.stringify(faulty)).toMatch(/panels\/mine\.sql:1: title: is missing/);

  const other = temporaryFolder();
  writeFileSync(join(other, "panels/other.sql"), PANEL);
  files.use(other);
  expect(files.current().panels.has("other")).toBe(true);
  files.use("");
  expect(files.current().faults).toEqual([]);
});
