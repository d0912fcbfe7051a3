// A rule as written and where it stands, or a word for what no rule decided.
import type { ReactNode } from "react";

interface RuleWordsProps {
  readonly rule: string;
  readonly source: string;
  readonly decision: string;
}

export function RuleWords({ rule, source, decision }: RuleWordsProps): ReactNode {
  if (rule === "" && source === "")
    return <>no rule {decision === "allow" ? "denies" : "allows"} it</>;
  return (
    <>
      <code className="is-policy rule">{rule}</code> <code className="muted">{source}</code>
    </>
  );
}
