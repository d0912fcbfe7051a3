// What routes promise, how much of each error budget is left, how fast it burns, and its course.
import type { ReactNode } from "react";
import { readSlos, type Slo } from "../../alerting.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { change, type Place } from "../../state/place.ts";
import { useApi } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { BudgetChart } from "./budget-chart.tsx";
import { SLO_COLUMNS } from "./slo-columns.tsx";

const EVERY = { everyMs: 15_000 } as const;

export function SlosPanel({ place }: { readonly place: Place }): ReactNode {
  const slos = useApi("api/v1/slos", readSlos, EVERY);
  const rows = (slos.data ?? []).toSorted((a, b) => a.budget_left - b.budget_left);
  const open = rows.find(({ route }) => route === place.params.get("slo"));
  return (
    <Panel
      title="Service level objectives"
      from={slos}
      what="service level objectives"
      aside={<CopyCsv columns={SLO_COLUMNS} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <NoSlos />
        ) : (
          <>
            <DataTable
              label="Service level objectives"
              columns={SLO_COLUMNS}
              rows={rows}
              rowKey={({ route }) => route}
              openKey={open?.route ?? null}
              onOpen={({ route }: Slo) => change({ slo: route === open?.route ? null : route })}
            />
            {open === undefined ? null : <BudgetChart key={open.route} slo={open} />}
          </>
        )
      }
    </Panel>
  );
}

function NoSlos(): ReactNode {
  return (
    <Empty title="No route promises anything.">
      <p>
        One line makes a promise with an error budget and three rules, in the file that weir.yaml
        names by <code>alerts</code>:
      </p>
      <pre>{"slos:\n  - { route: orders, objective: 99.9, latency: 300ms, window: 30d }"}</pre>
    </Empty>
  );
}
