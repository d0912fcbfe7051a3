// Which policy decides now, from which files, and why a newer one does not.
import type { ReactNode } from "react";
import type { AuthzenPolicy, Policy } from "../../api.ts";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Panel } from "../../parts/panel.tsx";
import type { Loaded } from "../../state/use-api.ts";
import { count, text } from "../../../../../src/core/quantity.ts";
import { LoadedAt } from "./loaded-at.tsx";
import { PolicyFacts } from "./policy-facts.tsx";

export function InForcePanel({ policy }: { readonly policy: Loaded<Policy> }): ReactNode {
  const revision = policy.data?.revision ?? "";
  return (
    <Panel
      title="In force"
      from={policy}
      what="the policy"
      aside={<CopyButton label="Revision" words={() => revision} />}
    >
      {(of) => (
        <>
          <PolicyFacts facts={factsOf(of)} />
          {of.fault === null ? null : (
            <div className="fault" role="alert">
              <p>
                The newest version is not in force; the one above goes on deciding. What is wrong:
              </p>
              <pre>{of.fault}</pre>
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

function factsOf(policy: Policy): readonly (readonly [string, ReactNode])[] {
  return [
    ["Revision", <code key="revision">{policy.revision}</code>],
    ["Rules", `${text(count(policy.rules))}, role links included`],
    ["Loaded", <LoadedAt key="loaded" at={policy.loaded_at} />],
    ["Model", <code key="model">{policy.model_file}</code>],
    ["Rules file", <code key="rules">{policy.rules_file}</code>],
    ["Asked", <code key="asked">({policy.request.join(", ")})</code>],
    ["AuthZEN", <Authzen key="authzen" of={policy.authzen} />],
  ];
}

/** Which policy answers other services, and what it is asked. */
function Authzen({ of }: { readonly of: AuthzenPolicy | null }): ReactNode {
  if (of === null) return <span className="muted">not answered: r has other fields</span>;
  const { enforced, revision, rules, rules_file, request } = of;
  const asked = <code>({request.join(", ")})</code>;
  if (enforced) return <>the same, asked {asked}</>;
  return (
    <>
      <code>{rules_file}</code> ({text(count(rules))} rules, revision <code>{revision}</code>),
      asked {asked}
    </>
  );
}
