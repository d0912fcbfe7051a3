// The lines of the question as a file: asked for with the token, so not by a plain link.
import { type ReactNode, useState } from "react";
import { count, text } from "../../../../../src/core/quantity.ts";
import { getFile } from "../../client.ts";
import { changed } from "../../state/place.ts";

const FORMATS = [
  ["jsonl", "JSON lines"],
  ["csv", "CSV"],
  ["parquet", "Parquet"],
] as const;

export function ExportMenu({ question }: { readonly question: URLSearchParams }): ReactNode {
  const [said, setSaid] = useState<string | null>(null);
  const load = (format: string): void => {
    setSaid("Exporting…");
    exported(question, format).then(setSaid, (error: unknown) => setSaid((error as Error).message));
  };
  return (
    <span className="log-export">
      <span className="small" role="status">
        {said}
      </span>
      <select
        className="button"
        aria-label="Export lines"
        value=""
        onChange={({ target }) => load(target.value)}
      >
        <option value="">Export</option>
        {FORMATS.map(([format, words]) => (
          <option key={format} value={format}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
}

/** What to say of it. */
async function exported(question: URLSearchParams, format: string): Promise<string> {
  const path = `api/v1/logs/export?${changed(question, { format }).toString()}`;
  const response = await getFile(path, new AbortController().signal);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `weir-logs.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  const lines = Number(response.headers.get("weir-lines"));
  const found = Number(response.headers.get("weir-lines-found"));
  const all = text(count(found));
  return found > lines ? `The newest ${text(count(lines))} of ${all} lines` : `${all} exported`;
}
