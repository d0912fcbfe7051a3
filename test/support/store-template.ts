// The folder of an empty store that has its tables: made once a run and copied, since making them anew costs more than most tests ask of a store.
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { silentLog } from "../../src/core/log.ts";
import { createStore } from "../../src/store/client.ts";
import { createEmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { runFolder } from "./run-folder.ts";

let template: Promise<string> | undefined;

/** Makes `folder` such a store; outside of a run of tests it stays as it is, and a store in it begins with nothing. */
export async function copyTemplate(folder: string): Promise<void> {
  const run = runFolder();
  if (run === undefined) return;
  template ??= templateOf(run);
  cpSync(await template, folder, { recursive: true, verbatimSymlinks: true });
}

/** Whoever needs it first makes it; of those that do so at once, one is kept. */
async function templateOf(run: string): Promise<string> {
  const path = join(run, "store");
  if (existsSync(path)) return path;
  const folder = mkdtempSync(join(run, "store-"));
  await fill(folder);
  try {
    renameSync(folder, path);
  } catch (thrown) {
    if (!existsSync(path)) throw thrown;
  }
  return path;
}

async function fill(folder: string): Promise<void> {
  const embedded = createEmbeddedStore({ folder, log: silentLog });
  const store = createStore({ url: await embedded.start() });
  await migrate(store, DEFAULTS.retention);
  await store.close();
  await embedded.stop();
  rmSync(join(folder, "child.json"));
}
