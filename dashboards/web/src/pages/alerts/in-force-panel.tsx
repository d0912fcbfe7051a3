// What alerts, or somebody by hand, changed inside weir: since when, why, and until when.
import type { ReactNode } from "react";
import type { Alerts, ChangeInForce } from "../../alerting.ts";
import { Panel } from "../../parts/panel.tsx";
import type { Loaded } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { age, instant, timeMs } from "../../words/time.ts";

/** Nothing while nothing is. */
export function InForcePanel({ alerts }: { readonly alerts: Loaded<Alerts> }): ReactNode {
  if ((alerts.data?.in_force.length ?? 0) === 0) return null;
  return (
    <Panel title="Changed and in force" from={alerts} what="what is in force">
      {({ in_force: changes }) => (
        <DataTable
          label="Changed and in force"
          columns={COLUMNS}
          rows={changes}
          rowKey={({ what }) => what}
        />
      )}
    </Panel>
  );
}

const COLUMNS: readonly TableColumn<ChangeInForce>[] = [
  { key: "what", label: "What", value: ({ what }) => what, lead: true },
  { key: "created_by", label: "By", value: ({ created_by: by }) => by || "hand" },
  { key: "comment", label: "Why", value: ({ comment }) => comment, wide: true },
  {
    key: "since",
    label: "Since",
    value: ({ since }) => since,
    show: ({ since }) => instant(timeMs(since), Date.now()),
  },
  {
    key: "until",
    label: "Over in",
    value: ({ until }) => until ?? "",
    show: ({ until }) =>
      until === null ? "not by itself" : age(Math.max(0, timeMs(until) - Date.now())),
  },
];
