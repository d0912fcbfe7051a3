// Why the policy in force allows or denies a request: rule and roles, what it overrode, what nearly allowed it.
import type { ReactNode } from "react";
import type { RecordedExplanation } from "../../../../src/policy/explain/explain-recorded.ts";
import type {
  ExplanationJson,
  NamedRule,
} from "../../../../src/policy/explain/explanation-json.ts";
import { FailedTerms } from "./failed-terms.tsx";
import { RolePath } from "./role-path.tsx";
import { RuleWords } from "./rule-words.tsx";

const VERDICTS: Readonly<Record<ExplanationJson["decision"], string>> = {
  allow: "Allowed",
  deny: "Denied",
  error: "Refused: it can’t be decided",
};

interface ExplanationProps {
  readonly of: ExplanationJson | RecordedExplanation;
}

export function Explanation({ of }: ExplanationProps): ReactNode {
  const { role_paths: paths, failed_always: always, nearest_misses: misses } = of;
  return (
    <div className="explanation">
      {"recorded" in of ? <Compared of={of} /> : null}
      <p>
        <strong className={of.decision === "allow" ? "" : "is-policy"}>
          {VERDICTS[of.decision]}
        </strong>{" "}
        <Because of={of} />
      </p>
      {paths.map(({ definition, path }) => (
        <p key={definition}>
          <span className="muted">by the roles</span> <RolePath path={path} />
        </p>
      ))}
      <Overridden rules={of.overridden} count={of.overridden_count} />
      {always.length === 0 ? null : (
        <section>
          <h4>Fails whatever a rule says</h4>
          <FailedTerms terms={always} />
        </section>
      )}
      {misses.length === 0 ? null : (
        <h4>Nearest misses: what would have allowed it, and what was in the way</h4>
      )}
      {misses.map(({ rule, rule_source, failed }) => (
        <section key={rule_source} className="miss">
          <p>
            <RuleWords rule={rule} source={rule_source} decision="allow" />
          </p>
          <FailedTerms terms={failed} />
        </section>
      ))}
      <p className="small">
        policy revision <code>{of.revision}</code>
      </p>
    </div>
  );
}

/** Then and now. */
function Compared({ of }: { readonly of: RecordedExplanation }): ReactNode {
  const { recorded, differs } = of;
  if (!differs) return <p className="muted">The policy in force decides it the same today.</p>;
  const { decision, rule, rule_source } = recorded;
  const otherwise = decision === of.decision ? "by another rule" : "otherwise";
  return (
    <p className="differs" role="status">
      <span className="tag slow">differs</span> The policy in force decides it {otherwise} today.
      Then: {decision}, <RuleWords rule={rule} source={rule_source} decision={decision} />.
    </p>
  );
}

function Because({ of }: ExplanationProps): ReactNode {
  const { reason, rule, rule_source: source, decision, error } = of;
  if (reason === "error" || error !== undefined) {
    return (
      <>
        <code>{error ?? ""}</code>{" "}
        {rule === "" ? null : <RuleWords rule={rule} source={source} decision={decision} />}
      </>
    );
  }
  if (reason === "matcher") return "by the matcher, which asks no rules";
  return (
    <>
      {reason === "rule" ? "by" : "because"}{" "}
      <RuleWords rule={rule} source={source} decision={decision} />
    </>
  );
}

interface OverriddenProps {
  readonly rules: readonly NamedRule[];
  readonly count: number;
}

function Overridden({ rules, count }: OverriddenProps): ReactNode {
  if (rules.length === 0) return null;
  const more = count - rules.length;
  return (
    <section>
      <h4>Overrides what would allow it</h4>
      <ul>
        {rules.map(({ rule, rule_source }) => (
          <li key={rule_source}>
            <RuleWords rule={rule} source={rule_source} decision="allow" />
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="small">and {more} more</p> : null}
    </section>
  );
}
