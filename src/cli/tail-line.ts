// One request of the live tail on one line, the same columns at the same places.
import type { ListedRow } from "../telemetry/columns.ts";
import { duration, preciseClock } from "./format.ts";
import { clip, fit, fitRight, harmless, widthOf } from "./format-text.ts";
import type { Terminal } from "./terminal.ts";
import { hostOf } from "./trace-rows.ts";

/** Slow enough that a person waits. */
const SLOW_NS = 1e9;
/** From here on there is room for where it went, too. */
const WIDE = 110;
/** Below, only what is asked and how it ended. */
const NARROW = 64;
const CLOCK = 12;
const METHOD = 6;
const STATUS = 3;
const TIME = 8;
const TRACE = 8;
const GAP = "  ";

/** No wider than the terminal. */
export function tailLine(row: ListedRow, { width, paint }: Terminal): string {
  const status = fitRight(String(row.status), STATUS);
  const time = fitRight(duration(row.duration_ns), TIME);
  const outcome = [
    row.status >= 500 || row.decision === "deny" ? paint(status, "bad") : status,
    row.duration_ns >= SLOW_NS ? paint(time, "slow") : time,
  ];
  if (width < NARROW) {
    const left = width - (STATUS + TIME) - 2 * GAP.length;
    return [...outcome, clip(harmless(`${row.method} ${row.path}`), left)].join(GAP);
  }
  const left = width - (CLOCK + STATUS + TIME + METHOD + TRACE) - 5 * GAP.length;
  const [path, who, where] = split(left, width >= WIDE);
  return [
    paint(fit(preciseClock(row.started_at), CLOCK), "faint"),
    ...outcome,
    fit(harmless(row.method), METHOD),
    fit(harmless(row.path), path),
    fit(harmless(callerOf(row, who)), who),
    ...(where === 0 ? [] : [whereTo(row, where, paint)]),
    paint(row.trace_id.slice(0, TRACE), "faint"),
  ].join(GAP);
}

/** Columns for path, caller, and where to (0: none). */
function split(left: number, isWide: boolean): [number, number, number] {
  if (!isWide) {
    const who = Math.min(14, Math.max(6, Math.floor(left * 0.3)));
    return [Math.max(4, left - who - GAP.length), who, 0];
  }
  const who = 16;
  const rest = Math.min(44, Math.floor(left * 0.4));
  return [left - who - rest - 2 * GAP.length, who, rest];
}

/** By which method somebody was verified, where that fits; of nobody, the one that failed. */
function callerOf({ principal, auth_method: method }: ListedRow, width: number): string {
  const who = principal || "–";
  const both = `${who} (${method})`;
  return method === "" || widthOf(both) > width ? who : both;
}

/** What went wrong, or else where it went. */
function whereTo(row: ListedRow, width: number, paint: Terminal["paint"]): string {
  if (row.error_code !== "") return paint(fit(harmless(row.error_code), width), "bad");
  const where = row.upstream === "" ? row.route : `${row.service} → ${hostOf(row.upstream)}`;
  return fit(harmless(where), width);
}
