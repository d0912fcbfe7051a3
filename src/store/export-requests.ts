// Request rows as one file, whole and newest first.
import type { Readable } from "node:stream";
import { REQUEST_COLUMNS } from "../telemetry/columns.ts";
import type { Store } from "./client.ts";
import { EXPORT_TIMEOUT_MS, type ExportWish, fileLimits } from "./export-file.ts";
import { narrowing, NEWEST_FIRST, type RequestFilters } from "./requests.ts";
import type { Slice } from "./time-slices.ts";

export interface RequestSearch {
  readonly filters: RequestFilters;
  readonly window: Slice;
}

/** How many there are to export. Rejects with StoreError. */
export async function countRequests(store: Store, search: RequestSearch): Promise<number> {
  const { where, params } = meant(search);
  const limits = { readonly: true, timeoutMs: EXPORT_TIMEOUT_MS };
  const { rows } = await store.query(
    `SELECT count() AS many FROM requests ${where}`,
    params,
    limits,
  );
  return Number(rows[0]?.["many"]);
}

/** Rejects with StoreError; code 396 or 241 where it would be too large. */
export async function exportRequests(
  store: Store,
  search: RequestSearch,
  { format, limit }: ExportWish,
): Promise<Readable> {
  const { where, params } = meant(search);
  return store.file(
    `SELECT ${REQUEST_COLUMNS.join(", ")} FROM requests ${where}
      ORDER BY ${NEWEST_FIRST} LIMIT {limit:UInt32}`,
    { ...params, limit },
    fileLimits(format),
  );
}

function meant({ filters, window }: RequestSearch) {
  const { conditions, params } = narrowing(filters, window);
  return { where: `WHERE ${conditions.join(" AND ")}`, params };
}
