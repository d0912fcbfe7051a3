// Alerts that are told to nobody for a while: which, how long and why; made and ended here, each with an audit row.
import { type ReactNode, useEffect } from "react";
import { readSilences, type Silence } from "../../alerting.ts";
import { deleteJson } from "../../client.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { noteChange } from "../../state/changes.ts";
import { useApi } from "../../state/use-api.ts";
import { useWork } from "../../state/use-work.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { age, instant, timeMs } from "../../words/time.ts";
import { matcherText } from "./matchers.ts";
import { SilenceForm } from "./silence-form.tsx";

const EVERY = { everyMs: 5000 } as const;

interface SilencesPanelProps {
  readonly draft: string | null;
  readonly onDraft: (matchers: string | null) => void;
}

export function SilencesPanel({ draft, onDraft }: SilencesPanelProps): ReactNode {
  const silences = useApi("api/v1/silences", readSilences, EVERY);
  const make = (
    <button type="button" className="button quiet" onClick={() => onDraft("")}>
      New silence
    </button>
  );
  return (
    <Panel title="Silences" from={silences} what="silences" aside={draft === null ? make : null}>
      {(rows) => (
        <>
          {draft === null ? null : (
            <SilenceForm key={draft} matchers={draft} onDone={() => onDraft(null)} />
          )}
          {rows.length === 0 ? <Empty title="No alert is silenced." /> : <Held rows={rows} />}
        </>
      )}
    </Panel>
  );
}

function Held({ rows }: { readonly rows: readonly Silence[] }): ReactNode {
  const { asked, run } = useWork<Silence>();
  useEffect(() => {
    if (asked.state === "answered") noteChange();
  }, [asked]);
  const end = ({ id }: Silence): void => {
    run((signal) => deleteJson(`api/v1/silences?id=${encodeURIComponent(id)}`, signal));
  };
  return (
    <>
      {asked.state === "failed" ? (
        <p className="is-error note" role="alert">
          Not ended: {asked.error.message}
        </p>
      ) : null}
      <DataTable
        label="Silences"
        columns={[...COLUMNS, endColumn(end)]}
        rows={rows}
        rowKey={({ id }) => id}
      />
    </>
  );
}

const COLUMNS: readonly TableColumn<Silence>[] = [
  {
    key: "matchers",
    label: "Alerts with",
    value: ({ matchers }) => matcherText(matchers),
    show: ({ matchers }) => <code>{matcherText(matchers)}</code>,
    wide: true,
    lead: true,
  },
  {
    key: "comment",
    label: "Why",
    value: ({ comment }) => comment,
    show: ({ comment, created_by }) => (
      <span className="clip" title={comment}>
        {comment} {created_by === "" ? null : <span className="muted">({created_by})</span>}
      </span>
    ),
  },
  {
    key: "ends_at",
    label: "Until",
    value: ({ ends_at }) => ends_at,
    numeric: true,
    show: ({ starts_at, ends_at }) => (
      <time dateTime={ends_at}>
        {instant(timeMs(ends_at), Date.now())}{" "}
        <span className="muted">{leftWords(timeMs(starts_at), timeMs(ends_at))}</span>
      </time>
    ),
  },
];

function leftWords(startsMs: number, endsMs: number): string {
  const nowMs = Date.now();
  if (startsMs > nowMs + 1000) return `(from ${instant(startsMs, nowMs)})`;
  return `(${age(endsMs - nowMs)} left)`;
}

function endColumn(end: (silence: Silence) => void): TableColumn<Silence> {
  return {
    key: "end",
    label: "",
    value: () => "end",
    show: (silence) => (
      <button type="button" className="button quiet" onClick={() => end(silence)}>
        End
      </button>
    ),
  };
}
