// Columns for rules by use.
import type { ReactNode } from "react";
import type { RuleRow } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { DecisionTag } from "../../parts/decision-tag.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { lastColumn } from "../../tables/last-column.tsx";
import { requestsColumn } from "../../tables/requests-column.tsx";
import { count } from "../../../../../src/core/quantity.ts";

export function ruleColumns(rows: readonly RuleRow[]): readonly TableColumn<RuleRow>[] {
  return [...COLUMNS, requestsColumn(rows), CALLERS, lastColumn()];
}

const COLUMNS: readonly TableColumn<RuleRow>[] = [
  {
    key: "rule",
    label: "Rule",
    value: ({ rule }) => rule,
    show: ruleCell,
    wide: true,
    lead: true,
  },
  {
    key: "rule_source",
    label: "Where",
    value: ({ rule_source }) => rule_source,
    show: ({ rule_source }) => <code className="muted">{rule_source}</code>,
  },
  {
    key: "decision",
    label: "Decision",
    value: ({ decision }) => decision,
    show: ({ decision }) => <DecisionTag decision={decision} />,
  },
];

const CALLERS: TableColumn<RuleRow> = {
  key: "callers",
  label: "Callers",
  value: ({ callers }) => callers,
  numeric: true,
  show: ({ callers }) => <Amount of={count(callers)} />,
};

function ruleCell({ rule, decision, kind }: RuleRow): ReactNode {
  const asked = kind === "decision" ? <span className="muted"> asked through AuthZEN</span> : null;
  if (rule === "")
    return (
      <>
        <span className="muted">no rule {decision === "allow" ? "denies" : "allows"} it</span>
        {asked}
      </>
    );
  return (
    <>
      <code className="is-policy">{rule}</code>
      {asked}
    </>
  );
}
