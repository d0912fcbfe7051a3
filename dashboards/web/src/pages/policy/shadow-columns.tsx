// Columns for what a candidate policy would change: who, what, by which rule now and then.
import type { ReactNode } from "react";
import type { ShadowRow } from "../../api.ts";
import { ChangeTag } from "../../parts/change-tag.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { lastColumn } from "../../tables/last-column.tsx";
import { storedWords } from "../../words/stored.ts";
import { requestsColumn } from "../../tables/requests-column.tsx";

export function shadowColumns(rows: readonly ShadowRow[]): readonly TableColumn<ShadowRow>[] {
  return [
    {
      key: "change",
      label: "Change",
      value: ({ change }) => change,
      show: ({ change }) => <ChangeTag change={change} />,
    },
    { key: "principal", label: "Caller", value: ({ principal }) => principal || "anonymous" },
    {
      key: "path",
      label: "Wanted",
      value: ({ method, path }) => `${method} ${path}`,
      show: Wanted,
      wide: true,
      lead: true,
    },
    { key: "route", label: "Route", value: ({ route }) => route || "no route" },
    {
      key: "rule_source",
      label: "Decided by",
      value: ({ rule_source }) => rule_source,
      show: ({ change, rule, rule_source }) =>
        by(rule, rule_source, change === "loss" ? "allow" : "deny"),
    },
    {
      key: "shadow_rule_source",
      label: "Candidate decides by",
      value: ({ shadow_rule_source }) => shadow_rule_source,
      show: ({ change, shadow_rule, shadow_rule_source }) =>
        by(shadow_rule, shadow_rule_source, change === "gain" ? "allow" : "deny"),
    },
    requestsColumn(rows),
    lastColumn(),
  ];
}

function Wanted({ method, path, paths }: ShadowRow): ReactNode {
  return (
    <>
      <span className="muted">{method}</span> {storedWords(path)}
      {paths > 1 ? <span className="faint"> and {paths - 1} more</span> : null}
    </>
  );
}

/** Where a rule stands; the whole of it on hovering, since two side by side would not fit. */
function by(rule: string, source: string, decision: "allow" | "deny"): ReactNode {
  if (rule === "")
    return <span className="muted">no rule {decision === "allow" ? "denies" : "allows"} it</span>;
  return (
    <code className="is-policy" title={rule}>
      {source}
    </code>
  );
}
