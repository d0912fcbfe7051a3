// What the store says against a panel's query, with the line of the file it is about.
import { StoreError } from "../store-error.ts";
import type { DashboardFault, Panel } from "./panel.ts";

/** The query is wrong, and will be until somebody mends its file. */
export class PanelFailure extends Error {
  readonly fault: DashboardFault;

  constructor(fault: DashboardFault, cause: StoreError) {
    super(`${fault.file}:${fault.line}: ${fault.message}`, { cause });
    this.name = "PanelFailure";
    this.fault = fault;
  }
}

/**
 * Codes of what is wrong with a statement's own text, whatever it is asked with: unknown functions, names,
 * tables and settings, types that don't go together, syntax, and answers too large (ErrorCodes.cpp).
 */
const WRONG_QUERY = new Set([
  36, 42, 43, 46, 47, 60, 62, 63, 80, 81, 115, 164, 179, 184, 207, 215, 352, 386, 396,
]);
const MOST_CHARS = 300;

/** The store's error as it is, or as this panel's. */
export function failureOf(panel: Panel, thrown: unknown): unknown {
  if (!(thrown instanceof StoreError) || !WRONG_QUERY.has(thrown.code ?? 0)) return thrown;
  const { message } = thrown;
  const words = (message.split("\n")[0] ?? "").slice(0, MOST_CHARS);
  const line = lineOf(panel.sql, message);
  return new PanelFailure({ file: panel.file, line, message: `query: ${words}` }, thrown);
}

/** Where the message says so, or first names what is in backticks or quotes; else where the query begins. */
function lineOf(sql: string, message: string): number {
  const told = /\(line (?<line>\d+), col \d+\)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  const lines = sql.split("\n");
  const name = /[`'](?<name>\w+)[`']/.exec(message)?.[1];
  const at = name === undefined ? -1 : lines.findIndex((line) => wordsOf(line).includes(name));
  return (at < 0 ? lines.findIndex((line) => line.trim() !== "") : at) + 1;
}

function wordsOf(line: string): readonly string[] {
  return line.split(/\W+/);
}
