// Rows as one file, as the store writes it: JSON lines, CSV or Parquet.
import type { Store } from "./client.ts";

type FileOptions = Parameters<Store["file"]>[2];

/** Their formats in the store. */
const FORMATS = { jsonl: "JSONEachRow", csv: "CSVWithNames", parquet: "Parquet" } as const;
export type ExportFormat = keyof typeof FORMATS;
export const EXPORT_FORMATS: readonly ExportFormat[] = ["jsonl", "csv", "parquet"];

export const MOST_EXPORTED = 100_000;
export const EXPORT_TIMEOUT_MS = 60_000;

export interface ExportWish {
  readonly format: ExportFormat;
  readonly limit: number;
}

/** A larger file is refused, code 396 or 241; the store makes it whole before it begins to send it. */
export function fileLimits(format: ExportFormat): FileOptions {
  return {
    format: FORMATS[format],
    readonly: true,
    timeoutMs: EXPORT_TIMEOUT_MS,
    maxBytes: 128 * 1024 * 1024,
    maxMemoryBytes: 768 * 1024 * 1024,
  };
}
