// Every rule that looks: what it asks, what it finds now, and a look back at when it would have fired.
import type { ReactNode } from "react";
import type { AlertRule, Alerts } from "../../alerting.ts";
import { Panel } from "../../parts/panel.tsx";
import { change } from "../../state/place.ts";
import type { Loaded } from "../../state/use-api.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { age, timeMs } from "../../words/time.ts";

export function RulesPanel({ alerts }: { readonly alerts: Loaded<Alerts> }): ReactNode {
  const rank = (rule: AlertRule): number => STATES.indexOf(stateOf(alerts.data, rule));
  const rules = (alerts.data?.rules ?? []).toSorted((a, b) => rank(a) - rank(b));
  const columns = ruleColumns(alerts.data);
  return (
    <Panel
      title="Rules"
      from={alerts}
      what="rules"
      aside={<CopyCsv columns={columns.slice(0, -1)} rows={rules} />}
    >
      {() => <DataTable label="Rules" columns={columns} rows={rules} rowKey={({ name }) => name} />}
    </Panel>
  );
}

function ruleColumns(alerts: Alerts | null): readonly TableColumn<AlertRule>[] {
  return [
    {
      key: "state",
      label: "State",
      value: (rule) => stateOf(alerts, rule),
      show: (rule) => <RuleState rule={rule} state={stateOf(alerts, rule)} />,
    },
    ...COLUMNS,
  ];
}

/** What needs somebody first. */
const STATES = ["firing", "unknown", "pending", "ok"] as const;
type State = (typeof STATES)[number];

function stateOf(alerts: Alerts | null, { name, unknown_since }: AlertRule): State {
  const own = (alerts?.alerts ?? []).filter(({ alert }) => alert === name);
  if (own.some(({ state }) => state === "firing")) return "firing";
  if (unknown_since !== null) return "unknown";
  return own.some(({ state }) => state === "pending") ? "pending" : "ok";
}

const TONES: Readonly<Record<State, string>> = {
  firing: "bad",
  pending: "slow",
  unknown: "slow",
  ok: "",
};

function RuleState({
  rule,
  state,
}: {
  readonly rule: AlertRule;
  readonly state: State;
}): ReactNode {
  return (
    <span className={`tag ${TONES[state]}`} title={rule.unknown_why}>
      {state}
    </span>
  );
}

const COLUMNS: readonly TableColumn<AlertRule>[] = [
  {
    key: "name",
    label: "Rule",
    value: ({ name }) => name,
    show: ({ name, question }) => (
      <span title={question}>
        {name} <span className="muted">{question}</span>
      </span>
    ),
    wide: true,
    lead: true,
  },
  { key: "asks", label: "Asks", value: ({ asks }) => asks },
  { key: "when", label: "Fires when", value: ({ when }) => when.join(", ") },
  {
    key: "window",
    label: "Of",
    value: ({ window }) => window,
    show: (rule) => (rule.for === "0s" ? rule.window : `${rule.window}, for ${rule.for}`),
  },
  { key: "severity", label: "Severity", value: ({ severity }) => severity },
  {
    key: "looked_at",
    label: "Looked",
    value: (rule) => rule.looked_at,
    numeric: true,
    show: ({ looked_at }) =>
      looked_at === null ? "not yet" : `${age(Date.now() - timeMs(looked_at))} ago`,
  },
  {
    key: "replay",
    label: "",
    value: ({ asks }) => (asks.startsWith("status ") ? "" : "look back"),
    // What weir knows of itself is not recorded.
    show: ({ name, asks }) =>
      asks.startsWith("status ") ? null : (
        <button type="button" className="button quiet" onClick={() => change({ replay: name })}>
          Look back
        </button>
      ),
  },
];
