// Whether the caller was allowed, by which rule, and the exact tuple that was asked.
import type { ReactNode } from "react";
import { CopyButton } from "../parts/copy-button.tsx";
import { Door } from "../parts/door.tsx";
import type { RequestRow } from "../request-row.ts";

const VERDICTS: Readonly<Record<string, string>> = {
  allow: "Allowed",
  deny: "Denied",
  none: "Not decided: no policy is enforced on this request",
  error: "The policy could not be evaluated, so the request was refused",
};

export function Decision({ row }: { readonly row: RequestRow }): ReactNode {
  const denied = row.decision === "deny" || row.decision === "error";
  return (
    <div className={denied ? "decision denied" : "decision"}>
      <p>
        <strong>{VERDICTS[row.decision] ?? row.decision}</strong>
        {row.decision === "none" ? null : <RuleWords row={row} />}
      </p>
      <p className="muted">
        <Who row={row} />
      </p>
      {row.policy_request.length === 0 ? null : (
        <div className="tuple">
          <code>({row.policy_request.join(", ")})</code>
          <CopyButton label="Copy" words={() => JSON.stringify(row.policy_request)} />
        </div>
      )}
      {row.policy_revision === "" ? null : (
        <p className="small">
          policy revision <code>{row.policy_revision}</code>
        </p>
      )}
    </div>
  );
}

function RuleWords({ row }: { readonly row: RequestRow }): ReactNode {
  if (row.rule === "") return <> because no rule allows it.</>;
  return (
    <>
      {" "}
      by <code className="is-policy rule">{row.rule}</code>{" "}
      <code className="muted">{row.rule_source}</code>
    </>
  );
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
          <b>{row.principal}</b>
        </Door>
      )}
      {row.principal_kind === "anonymous" ? "" : `, by ${row.principal_kind}`}
      {roles}
      {row.auth_outcome === "ok" || row.auth_outcome === "none" ? "" : `; ${row.auth_outcome}`}
    </>
  );
}
