// One service: its endpoints' state and figures, and its latest choices.
import { type ReactNode, useState } from "react";
import type { Hold, QueryResult, Service, UpstreamRow } from "../../api.ts";
import { Door } from "../../parts/door.tsx";
import { Panel, StaleNote } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import type { Loaded } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { Choices } from "./choices.tsx";
import { endpointColumns } from "./endpoint-columns.tsx";
import { endpointRows } from "./endpoint-row.ts";
import { useEndpointActions } from "./use-endpoint-actions.tsx";

interface ServicePanelProps {
  readonly service: Service;
  readonly from: Loaded<readonly Service[]>;
  readonly figures: Loaded<QueryResult<UpstreamRow>>;
  readonly holds: readonly Hold[];
  readonly place: Place;
  readonly main: boolean;
}

export function ServicePanel(props: ServicePanelProps): ReactNode {
  const { service, from, figures, holds, place, main } = props;
  const [choices, setChoices] = useState(main);
  const { actions, note } = useEndpointActions();
  const rows = endpointRows(service, figures.data?.rows ?? [], holds);
  const columns = endpointColumns(rows, actions);
  const aside = (
    <>
      {figures.error === null ? null : <FiguresNote figures={figures} />}
      <ChoicesButton open={choices} onToggle={() => setChoices(!choices)} />
      <CopyCsv columns={columns.slice(0, -1)} rows={rows} />
    </>
  );
  return (
    <Panel title={<Title of={service} />} from={from} what="the balancing state" aside={aside}>
      {() => (
        <>
          {note}
          <DataTable
            main={main}
            even
            label={`Endpoints of ${service.name}`}
            columns={columns}
            rows={rows}
            rowKey={({ endpoint }) => endpoint.url}
            onOpen={({ endpoint }) => openRequests({ upstream: endpoint.url })}
            rowClass={({ endpoint }) => (isIdle(endpoint) ? "is-idle" : "")}
          />
          {choices ? <Choices service={service.name} place={place} /> : null}
        </>
      )}
    </Panel>
  );
}

function isIdle({ weight, state }: Service["endpoints"][number]): boolean {
  return weight === 0 || state === "held";
}

function Title({ of: { name, balance } }: { readonly of: Service }): ReactNode {
  return (
    <>
      <Door filters={{ service: name }}>{name}</Door> <span className="tag">{balance}</span>
    </>
  );
}

interface ChoicesButtonProps {
  readonly open: boolean;
  readonly onToggle: () => void;
}

function ChoicesButton({ open, onToggle }: ChoicesButtonProps): ReactNode {
  return (
    <button type="button" className="button quiet" aria-expanded={open} onClick={onToggle}>
      Latest choices
    </button>
  );
}

/** State is live from memory; share and percentiles come from the store, which may be gone. */
function FiguresNote({ figures }: { readonly figures: Loaded<unknown> }): ReactNode {
  if (figures.loadedAt === null)
    return <span className="stale-note">no figures from the store</span>;
  return <StaleNote loadedAt={figures.loadedAt} />;
}
