// Who is told, how often that went well, and why it did not.
import type { ReactNode } from "react";
import type { AlertNotifier, Alerts } from "../../alerting.ts";
import { Amount } from "../../parts/amount.tsx";
import { Empty, Panel } from "../../parts/panel.tsx";
import type { Loaded } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { count } from "../../../../../src/core/quantity.ts";

export function NotifiersPanel({ alerts }: { readonly alerts: Loaded<Alerts> }): ReactNode {
  return (
    <Panel title="Who is told" from={alerts} what="who is told">
      {({ notifiers }) =>
        notifiers.length === 0 ? (
          <Empty title="Nobody is told.">
            <p>
              In the file that weir.yaml names by <code>alerts</code>:
            </p>
            <pre>
              {'notify:\n  - { name: ops, kind: webhook, url: "https://ops.example/hook" }'}
            </pre>
          </Empty>
        ) : (
          <DataTable
            label="Who is told"
            columns={COLUMNS}
            rows={notifiers}
            rowKey={({ name }) => name}
          />
        )
      }
    </Panel>
  );
}

const COLUMNS: readonly TableColumn<AlertNotifier>[] = [
  { key: "name", label: "Name", value: ({ name }) => name, lead: true },
  {
    key: "last_error",
    label: "Last",
    value: (each) => each.last_error,
    show: ({ last_error, sent }) => {
      if (last_error !== "") return <span className="is-error">{last_error}</span>;
      return <span className="muted">{sent === 0 ? "nothing yet" : "arrived"}</span>;
    },
    wide: true,
  },
  {
    key: "sent",
    label: "Sent",
    value: ({ sent }) => sent,
    numeric: true,
    show: ({ sent }) => <Amount of={count(sent)} />,
  },
  {
    key: "failed",
    label: "Failed",
    value: ({ failed }) => failed,
    numeric: true,
    show: ({ failed }) => <Amount of={count(failed)} tone={failed > 0 ? "error" : undefined} />,
  },
];
