// Statements that people typed: read by the store first, judged, and only then asked, all within limits.
import { consoleFault } from "./console-guard.ts";
import type { Answer } from "./answer.ts";
import type { Store } from "./client.ts";
import { StoreError } from "./store-error.ts";
import type { QueryOptions } from "./query-settings.ts";
import { CONSOLE } from "./embedded/call.ts";
import { readonlyFault, statementFault, type Token, tokensOf } from "./embedded/statement.ts";

/** ClickHouse's codes for what it can't read and what it may not do. */
const SYNTAX_ERROR = 62;
const READONLY = 164;

/** Of what the embedded store may take as a whole: two at once leave half of it to inserts and panels. */
const MOST_MEMORY_BYTES = 512 << 20;

const OWN = "database IN (currentDatabase(), 'system')";
/** What the open tables of `system` say of other databases, and so what SHOW and information_schema make of them. */
const FILTERS: Readonly<Record<string, string>> = {
  "system.databases": "name IN (currentDatabase(), 'system')",
  "system.tables": OWN,
  "system.columns": OWN,
  "system.parts": OWN,
  "system.parts_columns": OWN,
  "system.projections": OWN,
  "system.data_skipping_indices": OWN,
  "system.functions": "origin = 'System'",
};

export type ConsoleLimits = Required<Pick<QueryOptions, "maxRows" | "maxBytes" | "timeoutMs">> &
  Pick<QueryOptions, "signal">;

/** Rejects with StoreError; nothing but what `console-guard.ts` knows as reading reaches the store's executor. */
export async function askConsole(
  store: Store,
  sql: string,
  limits: ConsoleLimits,
): Promise<Answer> {
  const tokens = tokensOf(sql);
  demand(statementFault(tokens), SYNTAX_ERROR);
  demand(readonlyFault(tokens) ?? showFault(tokens), READONLY);
  const options = {
    ...limits,
    readonly: true,
    maxMemoryBytes: MOST_MEMORY_BYTES,
    filters: FILTERS,
    comment: CONSOLE,
  };
  const tree = await store.syntaxTree(sql, options);
  const foreignFunctions = await foreignFunctionsOf(store, limits.timeoutMs);
  demand(consoleFault(tree, { database: store.database, foreignFunctions }), READONLY);
  return store.query(sql, {}, options);
}

/** Asked each time: a server's operator may add one at any moment. */
async function foreignFunctionsOf(store: Store, timeoutMs: number): Promise<ReadonlySet<string>> {
  const sql = "SELECT name FROM system.functions WHERE origin != 'System'";
  const { rows } = await store.query(sql, {}, { readonly: true, timeoutMs });
  return new Set(rows.map(({ name }) => String(name)));
}

const SHOWN = /^(?:TABLES|DATABASES|CREATE|COLUMNS|FIELDS|FULL|EXTENDED|FUNCTIONS)$/i;

/** EXPLAIN AST calls many of them ShowTables: settings, clusters, caches. */
function showFault([first, second]: readonly Token[]): string | null {
  if (first?.text.toUpperCase() !== "SHOW" || SHOWN.test(second?.text ?? "")) return null;
  return `SHOW ${second?.text ?? ""} is not allowed`;
}

function demand(fault: string | null, code: number): void {
  if (fault !== null) throw new StoreError(fault, code);
}
