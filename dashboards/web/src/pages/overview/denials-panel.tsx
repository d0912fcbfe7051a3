// Who was refused what, and by which rule.
import type { ReactNode } from "react";
import type { DenialRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastColumn } from "../../tables/last-column.tsx";
import { count } from "../../../../../src/core/quantity.ts";
import { useQuery } from "./use-overview.ts";

const SHOWN = 6;

export function DenialsPanel({ place }: { readonly place: Place }): ReactNode {
  const denials = useQuery<DenialRow>("denials", place);
  const rows = denials.data?.rows ?? [];
  const aside = (
    <>
      <Door className="button quiet" filters={{ kind: "request", decision: "deny" }}>
        All denials
      </Door>
      <CopyCsv columns={COLUMNS} rows={rows} />
    </>
  );
  return (
    <Panel title="Denials" from={denials} what="denials" aside={aside}>
      {() =>
        rows.length === 0 ? (
          <NoDenials />
        ) : (
          <DataTable
            label="Denials"
            columns={COLUMNS}
            rows={rows.slice(0, SHOWN)}
            rowKey={({ principal, method, route, rule }) =>
              [principal, method, route, rule].join(" ")
            }
            onOpen={({ principal, method, route, rule }) =>
              openRequests({ kind: "request", principal, method, route, rule, decision: "deny" })
            }
          />
        )
      }
    </Panel>
  );
}

function NoDenials(): ReactNode {
  return (
    <Empty title="Nobody was denied anything.">
      <p>A rule that would, in the file under policy.rules of weir.yaml:</p>
      <pre>p, bob, /orders/*, DELETE, deny</pre>
    </Empty>
  );
}

const COLUMNS: readonly TableColumn<DenialRow>[] = [
  { key: "principal", label: "Caller", value: ({ principal }) => principal || "anonymous" },
  {
    key: "path",
    label: "Wanted",
    value: ({ method, path }) => `${method} ${path}`,
    wide: true,
    lead: true,
  },
  {
    key: "rule_source",
    label: "Rule",
    value: ({ rule_source }) => rule_source,
    show: ({ rule, rule_source }) => (
      <code className="is-policy" title={rule}>
        {rule_source || "no rule allows it"}
      </code>
    ),
  },
  {
    key: "requests",
    label: "Count",
    value: ({ requests }) => requests,
    numeric: true,
    show: ({ requests }) => <Amount of={count(requests)} />,
  },
  lastColumn(),
];
