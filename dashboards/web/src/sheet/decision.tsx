// Whether the caller was allowed, by which rule and roles, and the exact tuple that was asked; why, and a test of it.
import { type ReactNode, useState } from "react";
import { AskedExplanation } from "../parts/asked-explanation.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Door } from "../parts/door.tsx";
import { Icon } from "../parts/icon.tsx";
import { RolePath } from "../parts/role-path.tsx";
import { RuleWords } from "../parts/rule-words.tsx";
import type { RequestRow } from "../request-row.ts";
import { storedWords } from "../words/stored.ts";
import { SaveCase } from "./save-case.tsx";
import { ShadowWords } from "./shadow-words.tsx";
import { useWhy, WhyButton } from "./why.tsx";

const VERDICTS: Readonly<Record<string, string>> = {
  allow: "Allowed",
  deny: "Denied",
  none: "Not decided: no policy is enforced",
  error: "The policy could not be evaluated, so the request was refused",
};

/** What a client got wrong, as a path without a route, ends a request before the policy is asked. */
function verdictOf({ decision, error_source, attempt_upstream }: RequestRow): string {
  const hasEnded = error_source === "client" && attempt_upstream.length === 0;
  if (decision === "none" && hasEnded) return "Not decided: the request ended before that";
  return VERDICTS[decision] ?? decision;
}

export function Decision({ row }: { readonly row: RequestRow }): ReactNode {
  const denied = row.decision === "deny" || row.decision === "error";
  return (
    <>
      <div className={denied ? "decision denied" : "decision"}>
        <p>
          <strong>{verdictOf(row)}</strong>
          {row.decision === "none" ? null : <Reason row={row} />}
        </p>
        {row.role_path.length === 0 ? null : (
          <p>
            <span className="muted">by the roles</span> <RolePath path={row.role_path} />
          </p>
        )}
        <p className="muted">
          <Who row={row} />
        </p>
        {row.policy_request.length === 0 ? null : (
          <div className="tuple">
            <code>({row.policy_request.join(", ")})</code>
            <CopyButton label="Copy" words={() => JSON.stringify(row.policy_request)} />
          </div>
        )}
        <ShadowWords row={row} />
        {row.policy_revision === "" ? null : (
          <p className="small">
            policy revision <code>{row.policy_revision}</code>
          </p>
        )}
      </div>
      {row.decision === "none" ? null : <Actions key={row.span_id} row={row} />}
    </>
  );
}

/** What may be done about a decision. */
function Actions({ row }: { readonly row: RequestRow }): ReactNode {
  const why = useWhy(row);
  const [saving, setSaving] = useState(false);
  return (
    <>
      <div className="decision-actions">
        <WhyButton why={why} />
        <button
          type="button"
          className="button"
          aria-expanded={saving}
          onClick={() => setSaving(!saving)}
        >
          <Icon name="check" size={14} /> Save as test
        </button>
      </div>
      {saving ? <SaveCase row={row} onDone={() => setSaving(false)} /> : null}
      <AskedExplanation asked={why.asked} />
    </>
  );
}

function Reason({ row }: { readonly row: RequestRow }): ReactNode {
  const { rule, rule_source: source, decision } = row;
  return (
    <>
      {rule === "" && source === "" ? " because " : " by "}
      <RuleWords rule={rule} source={source} decision={decision} />
    </>
  );
}

/** What was tried and why it failed; rows of before have no method. */
function failureOf({ auth_method, issuer, auth_outcome }: RequestRow): string {
  const by = issuer === "" ? "" : ` of ${storedWords(issuer)}`;
  return auth_method === "" ? auth_outcome : `${auth_method}${by} refused: ${auth_outcome}`;
}

function Who({ row }: { readonly row: RequestRow }): ReactNode {
  const roles = row.roles.length === 0 ? "" : `, roles ${row.roles.join(", ")}`;
  return (
    <>
      Caller{" "}
      {row.principal === "" ? (
        <b>anonymous</b>
      ) : (
        <Door filters={{ principal: row.principal }}>
          <b>{storedWords(row.principal)}</b>
        </Door>
      )}
      {row.principal_kind === "anonymous" ? "" : `, by ${row.principal_kind}`}
      {roles}
      {row.auth_outcome === "ok" || row.auth_outcome === "none" ? "" : `; ${failureOf(row)}`}
    </>
  );
}
