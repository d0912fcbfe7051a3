// What a question finds as a file: asked for with the token, so not by a plain link.
import { type ReactNode, useState } from "react";
import { count, text } from "../../../../src/core/quantity.ts";
import { getFile } from "../client.ts";
import { changed } from "../state/place.ts";

const FORMATS = [
  ["jsonl", "JSON lines"],
  ["csv", "CSV"],
  ["parquet", "Parquet"],
] as const;

interface ExportMenuProps {
  readonly from: "logs" | "requests";
  /** As the headers of the answer have it. */
  readonly unit: "lines" | "rows";
  readonly question: URLSearchParams;
}

export function ExportMenu(props: ExportMenuProps): ReactNode {
  const [said, setSaid] = useState<string | null>(null);
  const load = (format: string): void => {
    setSaid("Exporting…");
    exported(props, format).then(setSaid, (error: unknown) => setSaid((error as Error).message));
  };
  return (
    <span className="export">
      <span className="small" role="status">
        {said}
      </span>
      <select
        className="button"
        aria-label={`Export ${props.unit}`}
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
async function exported(
  { from, unit, question }: ExportMenuProps,
  format: string,
): Promise<string> {
  const path = `api/v1/${from}/export?${changed(question, { format }).toString()}`;
  const response = await getFile(path, new AbortController().signal);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `weir-${from}.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  const sent = Number(response.headers.get(`weir-${unit}`));
  const found = Number(response.headers.get(`weir-${unit}-found`));
  const all = text(count(found));
  return found > sent ? `The newest ${text(count(sent))} of ${all} ${unit}` : `${all} exported`;
}
