// The policy: what is in force, what a candidate would change, may somebody do something, and which rules are of use.
import type { ReactNode } from "react";
import { Empty, Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { readPolicy } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import { DenialsPanel } from "../overview/denials-panel.tsx";
import { AskPanel } from "./ask-panel.tsx";
import { CandidatePanel } from "./candidate-panel.tsx";
import { InForcePanel } from "./in-force-panel.tsx";
import { RulesPanel } from "./rules-panel.tsx";
import { UnusedPanel } from "./unused-panel.tsx";

const EVERY = { everyMs: 5000 } as const;

export function PolicyPage({ place }: { readonly place: Place }): ReactNode {
  const policy = useApi("api/v1/policy", readPolicy, EVERY);
  if (policy.data === null) return <Nothing from={policy} what="the policy" />;
  if (!policy.data.enforced) return <NoPolicy />;
  return (
    <>
      <div className="halves">
        <InForcePanel policy={policy} />
        <AskPanel policy={policy.data} place={place} />
      </div>
      <CandidatePanel policy={policy} place={place} />
      <RulesPanel place={place} main={policy.data.shadow === null} />
      <div className="halves">
        <DenialsPanel place={place} />
        <UnusedPanel place={place} />
      </div>
    </>
  );
}

function NoPolicy(): ReactNode {
  return (
    <section className="panel teach">
      <Empty title="No policy is enforced, so nothing is decided here.">
        <p>Say what a policy is meant to do, and see whether it does, before it is in force:</p>
        <pre>weir policy test policies</pre>
        <p>Then name it in weir.yaml; a running weir takes it by itself:</p>
        <pre>{"policy:\n  model: policies/model.conf\n  rules: policies/policy.csv"}</pre>
      </Empty>
    </section>
  );
}
