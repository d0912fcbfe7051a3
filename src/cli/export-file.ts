// Writes what an endpoint exports into a new file, as the store makes it.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../core/errors.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../store/export-file.ts";
import type { AdminClient, AdminParams } from "./admin-client.ts";
import { patiently } from "./ask.ts";
import { CommandError } from "./command-error.ts";
import { count } from "./format.ts";

interface Wanted {
  /** Under /api/v1/. */
  readonly from: "logs/export" | "requests/export";
  /** As its headers have it. */
  readonly unit: "lines" | "rows";
  readonly file: string;
  /** By the file's name where it is not given. */
  readonly format: ExportFormat | undefined;
}

/** Rejects with CommandError; a file that was there before is left as it is. */
export async function exportFile(
  client: AdminClient,
  question: AdminParams,
  { file, from, unit, format = formatOf(file) }: Wanted,
): Promise<void> {
  const params = { ...question, format };
  const download = await patiently("exporting", client.download(`/api/v1/${from}`, params));
  const body = Readable.fromWeb(download.body);
  try {
    await patiently("writing", pipeline(body, createWriteStream(file, { flags: "wx" })));
  } catch (thrown) {
    const isThere = thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST";
    if (!isThere) await rm(file, { force: true });
    const why = isThere ? "is there already; nothing was written" : messageOf(thrown);
    throw new CommandError("not_written", `${file}: ${why}`, { cause: thrown });
  }
  const lines = Number(download.headers.get(`weir-${unit}`));
  const found = Number(download.headers.get(`weir-${unit}-found`));
  const words = found > lines ? `the newest ${count(lines)} of ${count(found)}` : count(lines);
  process.stderr.write(`weir: ${words} ${unit} in ${file}\n`);
}

function formatOf(file: string): ExportFormat {
  const end = extname(file).slice(1);
  return EXPORT_FORMATS.find((format) => format === end) ?? "jsonl";
}
