// Where a panel's figure leads to: the filters of the request list that its row stands for.
import type { Door, Unit } from "./panel.ts";

export interface DoorColumn {
  readonly name: string;
  readonly unit: Unit;
  readonly door: Door | null;
}

/** A panel as far as its doors go. */
export interface DoorSource {
  readonly door: Door | null;
  readonly columns: readonly DoorColumn[];
}

/** Columns of these names say by their value which requests a row stands for; paths are only examples of it. */
const TELLING = new Set([
  "kind",
  "route",
  "service",
  "status",
  "status_class",
  "method",
  "principal",
  "decision",
  "rule",
  "upstream",
  "error_code",
  "auth_outcome",
  "client_address",
]);
/** Others can't be asked for by an empty value. */
const MAY_BE_EMPTY = new Set(["route", "service", "principal", "rule", "upstream", "error_code"]);
/** What panels call all they don't name. */
const OTHERS = "(other)";

type Row = Readonly<Record<string, unknown>>;

/** null: no requests, or none that filters could tell. Of the row as a whole without a `column`. */
export function doorOf({ door, columns }: DoorSource, row: Row, column?: DoorColumn): Door | null {
  if (door === null || column?.door === null) return null;
  if (columns.some(({ name }) => row[name] === OTHERS)) return null;
  return { ...told(row), ...durations(row), ...door, ...column?.door };
}

function told(row: Row): Door {
  const filters: Record<string, string> = {};
  for (const name of TELLING) {
    const value = row[name];
    const isTold = value !== "" || MAY_BE_EMPTY.has(name);
    if (isTold && (typeof value === "string" || typeof value === "number")) {
      filters[name] = String(value);
    }
  }
  return filters;
}

/** Of a heatmap's cell. Durations are whole nanoseconds, so both ends may be the next whole ones. */
function durations({ low_ns: low, high_ns: high }: Row): Door {
  if (typeof low !== "number" || typeof high !== "number") return {};
  return { min_duration_ms: wholeNanos(low), max_duration_ms: wholeNanos(high) };
}

function wholeNanos(ns: number): string {
  return (Math.ceil(ns) / 1e6).toFixed(6);
}
