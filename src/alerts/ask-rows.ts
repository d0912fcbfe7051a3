// Asks what a rule asks, about a window that ends at some moment: of the store, or of weir itself.
import { askConsole } from "../store/console.ts";
import type { Store } from "../store/client.ts";
import type { Panel } from "../store/panels/panel.ts";
import { type PanelRequest, runPanel } from "../store/panels/run-panel.ts";
import { askAnomaly } from "./ask-anomaly.ts";
import { askBurn } from "./ask-slo.ts";
import type { Answer } from "./observe.ts";
import type { Rule, Source } from "./rule.ts";
import { STATUS_COLUMNS, type StatusRows } from "./status-rows.ts";

export interface AskParts {
  readonly panels: () => ReadonlyMap<string, Panel>;
  readonly status: StatusRows;
  /** Rejects where it is not there. */
  readonly store: () => Store;
  /** Of the finest rollup that is still kept of a time. */
  readonly grainSecondsAt: (ms: number) => number;
}

export type AskRows = (rule: Rule, untilMs: number) => Promise<Answer>;

const MOST_ROWS = 1_000;
const MOST_BYTES = 1024 * 1024;
const TIMEOUT_MS = 15_000;

/** Rejects with StoreError, or an Error that says what the rule asks wrongly. */
export function createAskRows(parts: AskParts): AskRows {
  const { status, store, grainSecondsAt } = parts;
  return async ({ source, windowMs }, untilMs) => {
    const sinceMs = untilMs - windowMs;
    const leastGrainSeconds = grainSecondsAt(sinceMs);
    if (source.kind === "status") {
      const units = STATUS_COLUMNS[source.of];
      const rows = status.of(source.of, { windowMs, nowMs: untilMs });
      return { rows, unitOf: (column) => units[column] ?? "text" };
    }
    if (source.kind === "sql") {
      const sql = windowed(source.sql, sinceMs, untilMs);
      const limits = { maxRows: MOST_ROWS, maxBytes: MOST_BYTES, timeoutMs: TIMEOUT_MS };
      const { rows, columns } = await askConsole(store(), sql, limits);
      return { rows, columns: columns.map(({ name }) => name), unitOf: unitByName };
    }
    if (source.kind === "slo") {
      const row = await askBurn(store(), source, { untilMs, leastGrainSeconds });
      return { rows: [row], unitOf: () => "number" };
    }
    if (source.kind === "anomaly") {
      const rows = await askAnomaly(store(), source, { untilMs, leastGrainSeconds });
      return { rows, unitOf: source.of === "error_share" ? unitOfShare : () => "number" };
    }
    return askPanel(parts, source, { sinceMs, untilMs, leastGrainSeconds });
  };
}

async function askPanel(
  { panels, store }: AskParts,
  { panel: name, parameters: filters }: Extract<Source, { readonly kind: "panel" }>,
  window: Omit<PanelRequest, "filters">,
): Promise<Answer> {
  const panel = panels().get(name);
  if (panel === undefined) throw new Error(`there is no panel ${name}`);
  const { rows } = await runPanel(store(), panel, { ...window, filters });
  const unitOf = (column: string): string => panel.columns.get(column)?.unit ?? "text";
  return { rows: rows.slice(0, MOST_ROWS), unitOf };
}

/** Of what is compared; how far off it is has no unit. */
function unitOfShare(column: string): string {
  return ["value", "baseline", "spread"].includes(column) ? "share" : "number";
}

function windowed(sql: string, sinceMs: number, untilMs: number): string {
  const moment = (ms: number): string => `fromUnixTimestamp64Milli(${Math.round(ms)}, 'UTC')`;
  return sql
    .replaceAll(/\{\{\s*since\s*\}\}/g, moment(sinceMs))
    .replaceAll(/\{\{\s*until\s*\}\}/g, moment(untilMs));
}

/** By weir's way of naming columns; SQL says none. */
function unitByName(column: string): string {
  if (column.endsWith("_ns")) return "ns";
  if (column.endsWith("_share")) return "share";
  return column.endsWith("_bytes") ? "bytes" : "number";
}
