// A real embedded store in a folder of its own, and rows to put into it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { silentLog } from "../../src/core/log.ts";
import { createStore, type Store } from "../../src/store/client.ts";
import { createEmbeddedStore, type EmbeddedStore } from "../../src/store/embedded/supervisor.ts";
import { migrate } from "../../src/store/migrate.ts";
import { REQUEST_COLUMNS } from "../../src/telemetry/columns.ts";
import type { Batch } from "../../src/telemetry/sink.ts";
import { copyTemplate } from "../support/store-template.ts";

export const RETENTION = DEFAULTS.retention;

export interface TestStore {
  readonly embedded: EmbeddedStore;
  readonly store: Store;
  readonly url: string;
  readonly folder: string;
  readonly end: () => Promise<void>;
}

export async function startTestStore(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), "weir-store-"));
  await copyTemplate(folder);
  const embedded = createEmbeddedStore({ folder, log: silentLog });
  const url = await embedded.start();
  const store = createStore({ url });
  await migrate(store, RETENTION);
  const end = async (): Promise<void> => {
    await store.close();
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { embedded, store, url, folder, end };
}

type RowValues = Partial<Record<(typeof REQUEST_COLUMNS)[number], unknown>>;

const EMPTY: Record<(typeof REQUEST_COLUMNS)[number], unknown> = Object.fromEntries(
  REQUEST_COLUMNS.map((name) => [name, defaultOf(name)]),
) as never;

function defaultOf(name: string): unknown {
  if (/^(attempt_|candidate|roles|policy_request|role_path)/.test(name)) return [];
  if (name === "headers" || name === "attributes") return {};
  if (name === "sampled" || name === "completed") return true;
  if (/_ns$|_bytes$|^(worker|status|trace_flags)$/.test(name)) return 0;
  return name === "kind" ? "http" : "";
}

/** DateTime64(9) as the spool writes it: seconds with nine digits. */
export function timestamp(ms: number): string {
  return `${Math.floor(ms / 1000)}.${String(Math.round((ms % 1000) * 1e6)).padStart(9, "0")}`;
}

/** One line of the spool. */
export function line(values: RowValues): string {
  const row = { ...EMPTY, started_at: timestamp(Date.now()), ...values };
  return `${JSON.stringify(REQUEST_COLUMNS.map((name) => row[name]))}\n`;
}

export function batch(token: string, lines: readonly string[]): Batch {
  return {
    table: "requests_intake",
    columns: REQUEST_COLUMNS,
    format: "lines",
    body: Buffer.from(lines.join("")),
    rows: lines.length,
    token,
  };
}
