// Rows sent as a file to be saved: how it is named, what bounds it, and what its headers say.
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { StoreError } from "../../store/store-error.ts";
import { EXPORT_FORMATS, type ExportFormat, MOST_EXPORTED } from "../../store/export-file.ts";
import { Problem } from "./problem.ts";

const TYPES: Readonly<Record<ExportFormat, string>> = {
  jsonl: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
};

/** Each may be a file of many megabytes on its way. */
const AT_ONCE = 2;
/** Who reads nothing for as long is gone. */
const IDLE_MS = 60_000;
/** ClickHouse's ErrorCodes.cpp: too much memory, too many bytes. */
const TOO_LARGE = new Set([241, 396]);

/** What a URL says of the file. */
export const fileQuery = {
  format: z.enum(EXPORT_FORMATS).default("jsonl"),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, "must be a whole number")
    .transform(Number)
    .refine((rows) => rows >= 1 && rows <= MOST_EXPORTED, `must be 1 to ${MOST_EXPORTED}`)
    .default(MOST_EXPORTED),
} as const;

/** Those of one endpoint; rejects with Problem "busy" where too many are under way. */
export function exportsInTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let open = 0;
  return async (work) => {
    if (open >= AT_ONCE) throw new Problem("busy", "too many exports are under way");
    open++;
    try {
      return await work();
    } finally {
      open--;
    }
  };
}

export function tooLarge(error: StoreError): Problem {
  if (!TOO_LARGE.has(error.code ?? 0))
    return new Problem("internal", "see weir's log", { cause: error });
  return new Problem("bad_parameter", "limit: the file would be too large; ask for fewer", {
    members: { parameter: "limit" },
    cause: error,
  });
}

interface FileFacts {
  /** "logs" of "lines", as its name and its headers have them. */
  readonly name: string;
  readonly unit: string;
  readonly format: ExportFormat;
  readonly sent: number;
  readonly found: number;
}

export async function sendFile(
  response: ServerResponse,
  file: Readable,
  { name, unit, format, sent, found }: FileFacts,
): Promise<void> {
  const at = new Date().toISOString().replace(/\.\d+|[-:]/g, "");
  response.setTimeout(IDLE_MS, () => response.destroy());
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="weir-${name}-${at}.${format}"`,
    "cache-control": "no-store",
    [`weir-${unit}`]: String(sent),
    [`weir-${unit}-found`]: String(found),
  });
  // Whoever leaves ends the question, too; a file that breaks off is seen to be cut short.
  await pipeline(file, response).catch(() => response.destroy());
}
