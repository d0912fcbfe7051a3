// The balancer's latest choices for a service: who stood for it, with what score, who was picked.
import type { ReactNode } from "react";
import { Amount } from "../../parts/amount.tsx";
import { Empty, Nothing } from "../../parts/panel.tsx";
import { change, type Place } from "../../state/place.ts";
import { readPage } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import type { RequestRow } from "../../request-row.ts";
import { rangeParams } from "../../state/filters.ts";
import { changed } from "../../state/place.ts";
import { duration } from "../../../../../src/core/quantity.ts";
import { scoreWords } from "../../words/score.ts";
import { preciseClock, timeMs } from "../../words/time.ts";
import { hostOf } from "../overview/verdict-line.tsx";

const EVERY = { everyMs: 3000 } as const;

interface ChoicesProps {
  readonly service: string;
  readonly place: Place;
}

export function Choices({ service, place }: ChoicesProps): ReactNode {
  const params = changed(rangeParams(place.params), { service, limit: "8" });
  const page = useApi(`api/v1/requests?${params.toString()}`, readPage, EVERY);
  if (page.data === null) return <Nothing from={page} what="the latest choices" />;
  const chosen = page.data.rows.filter(({ candidates }) => candidates.length > 0);
  if (chosen.length === 0) return <NoChoices any={page.data.rows.length > 0} />;
  return (
    <div className="choices">
      <h3>Latest choices</h3>
      <DataTable
        label={`Latest choices for ${service}`}
        columns={COLUMNS}
        rows={chosen}
        rowKey={({ span_id }) => span_id}
        onOpen={(row) => change({ open: `${row.trace_id}.${row.span_id}` })}
      />
    </div>
  );
}

function NoChoices({ any }: { readonly any: boolean }): ReactNode {
  if (!any) return <Empty title="Nothing was balanced here in this range." />;
  return <Empty title="Open one of its requests to see who stood for choice." />;
}

const COLUMNS: readonly TableColumn<RequestRow>[] = [
  {
    key: "started_at",
    label: "Time",
    value: (row) => row.started_at,
    show: (row) => preciseClock(timeMs(row.started_at)),
  },
  { key: "path", label: "Request", value: ({ method, path }) => `${method} ${path}`, lead: true },
  {
    key: "candidates",
    label: "Candidates, best first: score, in flight",
    value: ({ candidates }) => candidates.join(" "),
    show: (row) => <CandidateTags row={row} />,
    wide: true,
  },
  {
    key: "duration_ns",
    label: "Duration",
    value: (row) => row.duration_ns,
    numeric: true,
    show: (row) => <Amount of={duration(row.duration_ns)} />,
  },
];

function CandidateTags({ row }: { readonly row: RequestRow }): ReactNode {
  return row.candidates.map((candidate, index) => (
    <span key={candidate} className={candidate === row.upstream ? "tag accent" : "tag"}>
      {hostOf(candidate)} {scoreWords(row.candidate_scores[index] ?? 0, row.picker)},{" "}
      {row.candidate_inflight[index] ?? 0}
    </span>
  ));
}
