// Alerts that fire, are about to, or have just ended: what is said of each, and what can be done.
import type { ReactNode } from "react";
import type { Alert, Alerts } from "../../alerting.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import type { Loaded } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { alertColumns } from "./alert-columns.tsx";
import { alertDoor } from "./alert-door.ts";

interface AlertsPanelProps {
  readonly alerts: Loaded<Alerts>;
  /** Told the matchers of a silence somebody wants to make. */
  readonly onSilence: (matchers: string) => void;
}

export function AlertsPanel({ alerts, onSilence }: AlertsPanelProps): ReactNode {
  const rows = alerts.data?.alerts ?? [];
  const rules = alerts.data?.rules ?? [];
  const doorOf = (alert: Alert) =>
    alertDoor(
      alert,
      rules.find(({ name }) => name === alert.alert),
    );
  const columns = alertColumns({ rules, doorOf, onSilence });
  return (
    <Panel
      title="Alerts"
      from={alerts}
      what="alerts"
      aside={<CopyCsv columns={columns.slice(0, -1)} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <Empty title="Nothing fires, and nothing is about to." />
        ) : (
          <DataTable
            main
            label="Alerts"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            onOpen={(alert) => {
              window.location.hash = doorOf(alert).href;
            }}
            rowClass={({ state }) => (state === "resolved" ? "is-idle" : "")}
          />
        )
      }
    </Panel>
  );
}
