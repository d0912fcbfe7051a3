// Columns of alerts.
import type { ReactNode } from "react";
import type { Alert, AlertRule, Labels } from "../../alerting.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { age, instant, timeMs } from "../../words/time.ts";
import { digits } from "../../../../../src/core/quantity.ts";
import type { AlertDoor } from "./alert-door.ts";
import { matcherText } from "./matchers.ts";

interface Around {
  readonly rules: readonly AlertRule[];
  readonly doorOf: (alert: Alert) => AlertDoor;
  readonly onSilence: (matchers: string) => void;
}

export function alertColumns(around: Around): readonly TableColumn<Alert>[] {
  return [...WHAT, ...measureColumns(around.rules), actionsColumn(around)];
}

const WHAT: readonly TableColumn<Alert>[] = [
  {
    key: "state",
    label: "State",
    value: ({ state }) => state,
    show: (alert) => <StateTag alert={alert} />,
  },
  { key: "severity", label: "Severity", value: ({ severity }) => severity },
  {
    key: "alert",
    label: "What",
    value: ({ alert, annotations }) => annotations["summary"] ?? alert,
    show: (alert) => <What alert={alert} />,
    wide: true,
    lead: true,
  },
];

function measureColumns(rules: readonly AlertRule[]): readonly TableColumn<Alert>[] {
  return [
    {
      key: "value",
      label: "Value",
      value: ({ value }) => value,
      numeric: true,
      show: ({ value }) => (value === null ? "–" : digits(value)),
    },
    { key: "condition", label: "Fires when", value: ({ alert }) => conditionOf(rules, alert) },
    {
      key: "since",
      label: "Since",
      value: ({ since }) => since,
      numeric: true,
      show: ({ since, resolved_at }) => <Since since={since} ended={resolved_at} />,
    },
  ];
}

function actionsColumn({ doorOf, onSilence }: Around): TableColumn<Alert> {
  return {
    key: "actions",
    label: "",
    value: () => "look, silence",
    show: (alert) => <Actions alert={alert} door={doorOf(alert)} onSilence={onSilence} />,
  };
}

const TONES = { firing: "bad", pending: "slow", resolved: "" } as const;

function StateTag({ alert }: { readonly alert: Alert }): ReactNode {
  const { state, silenced_by, unknown_since } = alert;
  return (
    <>
      <span className={`tag ${TONES[state]}`}>{state}</span>
      {silenced_by.length === 0 ? null : <span className="tag after">silenced</span>}
      {unknown_since === null ? null : (
        <span className="tag slow after" title={`Since ${unknown_since}`}>
          nobody can say
        </span>
      )}
    </>
  );
}

/** Its own words first; then what tells it from others. */
function What({ alert: { alert, annotations, labels, runbook } }: { readonly alert: Alert }) {
  const summary = annotations["summary"] ?? alert;
  return (
    <span title={`${alert}: ${summary}`}>
      {summary} <span className="muted">{labelWords(labels)}</span>
      {runbook === "" ? null : (
        <a className="door after" href={runbook} target="_blank" rel="noreferrer">
          runbook
        </a>
      )}
    </span>
  );
}

function labelWords({ severity: _severity, ...labels }: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value || '""'}`)
    .join(" ");
}

function conditionOf(rules: readonly AlertRule[], alert: string): string {
  return rules.find(({ name }) => name === alert)?.when.join(", ") ?? "";
}

function Since({ since, ended }: { readonly since: string; readonly ended: string | null }) {
  const [fromMs, nowMs] = [timeMs(since), Date.now()];
  const lasted = age((ended === null ? nowMs : timeMs(ended)) - fromMs);
  return (
    <time dateTime={since}>
      {instant(fromMs, nowMs)}{" "}
      <span className="muted">({ended === null ? lasted : `for ${lasted}`})</span>
    </time>
  );
}

interface ActionsProps {
  readonly alert: Alert;
  readonly door: AlertDoor;
  readonly onSilence: (matchers: string) => void;
}

function Actions({ alert, door, onSilence }: ActionsProps): ReactNode {
  const { severity: _severity, ...labels } = alert.labels;
  return (
    <span className="row-actions">
      <a className="button quiet" href={door.href} onClick={(event) => event.stopPropagation()}>
        {door.words}
      </a>
      {alert.state === "resolved" ? null : (
        <button
          type="button"
          className="button quiet"
          onClick={(event) => {
            event.stopPropagation();
            onSilence(matcherText(labels));
          }}
        >
          Silence
        </button>
      )}
    </span>
  );
}
