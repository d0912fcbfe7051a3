// What the candidate policy said of a request beside the enforced one.
import type { ReactNode } from "react";
import { shadowChange } from "../../../../src/telemetry/shadow-change.ts";
import { ChangeTag } from "../parts/change-tag.tsx";
import { RuleWords } from "../parts/rule-words.tsx";
import type { RequestRow } from "../request-row.ts";

const WOULD: Readonly<Record<string, string>> = {
  allow: "allow it",
  deny: "deny it",
  error: "fail to decide it",
};

export function ShadowWords({ row }: { readonly row: RequestRow }): ReactNode {
  const { decision, shadow_decision: shadow, shadow_rule, shadow_rule_source } = row;
  if (row.shadow_revision === "") return null;
  const change = shadowChange(decision, shadow);
  return (
    <p>
      {change === "" ? null : <ChangeTag change={change} />} The candidate policy{" "}
      <code className="small">{row.shadow_revision}</code> would {WOULD[shadow] ?? shadow}:{" "}
      <RuleWords rule={shadow_rule} source={shadow_rule_source} decision={shadow} />
    </p>
  );
}
