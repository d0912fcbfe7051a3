// Where in a statement the store's complaint points to.
import { ApiError } from "../../client.ts";

export interface FaultPlace {
  /** Of characters from the statement's first. */
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** null: it names no place, and nothing that stands in the statement. */
export function faultPlace(error: Error, sql: string): FaultPlace | null {
  if (!(error instanceof ApiError)) return null;
  const { line, column } = error.members;
  if (typeof line === "number" && typeof column === "number") return told(sql, line, column);
  return named(sql, error.message);
}

function told(sql: string, line: number, column: number): FaultPlace {
  const before = sql.split("\n").slice(0, line - 1);
  const from = before.reduce((sum, words) => sum + words.length + 1, 0) + column - 1;
  const word = /^\w+|^./.exec(sql.slice(from))?.[0] ?? "";
  return { from, to: from + word.length, line, column };
}

/** "Unknown expression identifier `foo`", "Unknown table 'weir.foo'": the first place where it stands. */
function named(sql: string, message: string): FaultPlace | null {
  const quoted = /[`'](?:\w+\.)?(\w+)[`']/.exec(message)?.[1];
  if (quoted === undefined) return null;
  const from = new RegExp(`\\b${quoted}\\b`).exec(sql)?.index;
  if (from === undefined) return null;
  const before = sql.slice(0, from).split("\n");
  const column = (before.at(-1) ?? "").length + 1;
  return { from, to: from + quoted.length, line: before.length, column };
}
