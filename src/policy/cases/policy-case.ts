// A policy test, read and expanded: one request with what its author expects of it.
import type { PolicyFault } from "../source.ts";
import type { RequestTuple } from "../request/tuple.ts";

export interface PolicyCase {
  /** Of a row or cell: the name of its table, then the request. */
  readonly name: string;
  /** Which definitions decide, as definitionNames reads it; "": the policy's own. */
  readonly context: string;
  /** The tuple, in the order of that context's r. */
  readonly request: RequestTuple;
  readonly expect: "allow" | "deny";
  /** The deciding rule as a line of the rules file; "" for the effect's default; null: any. */
  readonly rule: string | null;
  readonly file: string;
  /** Of the case, row or line of a grid. */
  readonly line: number;
}

export type CasesRead =
  | { readonly ok: true; readonly cases: readonly PolicyCase[] }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** A cases file, characters. */
export const MAX_CASES_CHARS: number = 4 * 1024 * 1024;
/** Cases of one file, rows and cells counted in. */
export const MAX_CASES = 100_000;
export const MAX_NAME_CHARS = 200;
