// What a statement answered: over time where it can be, always as rows, to be copied and kept.
import { type ReactNode, useMemo, useState } from "react";
import type { CellRow } from "../../board.ts";
import { TimeChart } from "../../charts/time-chart.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Empty } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import { type Interval, iso } from "../../state/range.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { VirtualTable } from "../../tables/virtual-table.tsx";
import { bytes, count, duration, text } from "../../../../../src/core/quantity.ts";
import { courseModels } from "../boards/course-models.ts";
import { courseOf, type SqlAnswer } from "./answer.ts";
import { resultColumns } from "./result-columns.tsx";
import { SavePanel } from "./save-panel.tsx";

interface ResultProps {
  readonly answer: SqlAnswer;
  /** What it answers. */
  readonly sql: string;
}

export function Result({ answer, sql }: ResultProps): ReactNode {
  const { rows } = answer;
  const [isSaving, setSaving] = useState(false);
  const columns = useMemo(() => resultColumns(answer), [answer]);
  return (
    <section className="panel sql-result" aria-label="Result">
      <header className="panel-head">
        <h2 role="status">{effortWords(answer)}</h2>
        <div className="panel-aside">
          <CopyCsv columns={columns} rows={rows} />
          {rows.length === 0 ? null : (
            <CopyButton label="JSON" words={() => JSON.stringify(rows, null, 2)} />
          )}
          <button
            type="button"
            className="button quiet"
            aria-expanded={isSaving}
            onClick={() => setSaving(!isSaving)}
          >
            Save as panel
          </button>
        </div>
      </header>
      {isSaving ? <SavePanel sql={sql} answer={answer} /> : null}
      <Course answer={answer} />
      {rows.length === 0 ? (
        <Empty title="No rows." />
      ) : (
        <VirtualTable<CellRow> label="Rows" columns={columns} rows={rows} />
      )}
    </section>
  );
}

function effortWords({ rows, effort, truncated }: SqlAnswer): string {
  const { elapsed_ms, rows_read, bytes_read } = effort;
  const got = truncated ? `the first ${text(count(rows.length))} rows` : rowsWords(rows.length);
  const read = `${text(count(rows_read))} read, ${text(bytes(bytes_read))}`;
  return `${got} in ${text(duration(elapsed_ms * 1e6))}; ${read}`;
}

function rowsWords(rows: number): string {
  return rows === 1 ? "1 row" : `${text(count(rows))} rows`;
}

function Course({ answer }: Pick<ResultProps, "answer">): ReactNode {
  const course = useMemo(() => courseOf(answer), [answer]);
  const models = useMemo(
    () => (course === null ? [] : courseModels(course.shown, course.interval)),
    [course],
  );
  if (course === null) return null;
  return (
    <div className="sql-course">
      {models.map((model) => (
        <TimeChart key={model.label} model={model} onSelect={openWindow} onPick={openWindow} />
      ))}
      {course.lines > course.drawn ? (
        <p className="small">
          The {course.drawn} biggest of {course.lines} lines are drawn; all are in the rows.
        </p>
      ) : null}
    </div>
  );
}

function openWindow({ fromMs, toMs }: Interval): void {
  openRequests({ since: iso(fromMs), until: iso(toMs) });
}
