// The candidate policy: who would gain and who would lose by it, gains first.
import type { ReactNode } from "react";
import type { Policy, ShadowPolicy, ShadowRow } from "../../api.ts";
import { Empty, Nothing, Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import type { Loaded } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastOf } from "../../words/time.ts";
import { count, text } from "../../../../../src/core/quantity.ts";
import { useQuery } from "../overview/use-overview.ts";
import { LoadedAt } from "./loaded-at.tsx";
import { PolicyFacts } from "./policy-facts.tsx";
import { shadowColumns } from "./shadow-columns.tsx";

interface CandidatePanelProps {
  readonly policy: Loaded<Policy>;
  readonly place: Place;
}

export function CandidatePanel({ policy, place }: CandidatePanelProps): ReactNode {
  const shadow = policy.data?.shadow ?? null;
  if (shadow === null) {
    return (
      <Panel title="Candidate" from={policy} what="the candidate policy">
        {() => <NoCandidate />}
      </Panel>
    );
  }
  return <Changes shadow={shadow} place={place} />;
}

interface ChangesProps {
  readonly shadow: ShadowPolicy;
  readonly place: Place;
}

function Changes({ shadow, place }: ChangesProps): ReactNode {
  const changes = useQuery<ShadowRow>("shadow", place);
  const rows = changes.data?.rows ?? [];
  const columns = shadowColumns(rows);
  // Facts need no store, the table does: it is what may be of before.
  const { error, loadedAt } = changes;
  const known = { data: shadow, error: changes.data && error, loadedAt, waiting: false };
  return (
    <Panel
      title="Candidate: who would gain, who would lose"
      from={known}
      what="the candidate policy"
      aside={<CopyCsv columns={columns} rows={rows} />}
    >
      {() => (
        <>
          <Facts shadow={shadow} />
          {changes.data === null ? <Nothing from={changes} what="what it would change" /> : null}
          {changes.data !== null && rows.length === 0 ? <NoChange place={place} /> : null}
          {rows.length === 0 ? null : (
            <DataTable
              main
              label="Changes by the candidate"
              columns={columns}
              rows={rows}
              rowKey={keyOf}
              onOpen={({ change, kind, principal, method, route, shadow_revision }) =>
                openRequests({ kind, principal, method, route, shadow: change, shadow_revision })
              }
            />
          )}
        </>
      )}
    </Panel>
  );
}

function keyOf(row: ShadowRow): string {
  const { change, kind, principal, method, route, rule_source, shadow_rule_source } = row;
  return [change, kind, principal, method, route, rule_source, shadow_rule_source].join(" ");
}

function Facts({ shadow }: Pick<ChangesProps, "shadow">): ReactNode {
  const { revision, rules, rules_file, loaded_at, fault } = shadow;
  return (
    <>
      <PolicyFacts
        inline
        facts={[
          [
            "Revision",
            revision === "" ? "none was sound yet" : <code key="revision">{revision}</code>,
          ],
          ["Rules", text(count(rules))],
          ["Loaded", <LoadedAt key="loaded" at={loaded_at} />],
          ["Rules file", <code key="rules">{rules_file}</code>],
        ]}
      />
      {fault === null ? null : (
        <div className="fault" role="alert">
          <p>Its newest version is not asked. What is wrong:</p>
          <pre>{fault}</pre>
        </div>
      )}
    </>
  );
}

function NoChange({ place }: { readonly place: Place }): ReactNode {
  return (
    <Empty title={`Nobody would gain or lose in ${lastOf(rangeOf(place.params).since)}.`}>
      <p>Ask the same of all that was recorded, also of what came before the candidate did:</p>
      <pre>weir policy replay --candidate DIR --since 30d</pre>
    </Empty>
  );
}

function NoCandidate(): ReactNode {
  return (
    <Empty title="There is no candidate policy.">
      <p>
        One beside the enforced policy decides every live request as well, for the record alone.
        Here stands then who would gain and who would lose. In weir.yaml:
      </p>
      <pre>{"policy:\n  shadow: { model: policies/model.conf, rules: policies/next.csv }"}</pre>
      <p>Or decide what was recorded again, without touching what runs:</p>
      <pre>weir policy replay --candidate DIR --since 30d</pre>
    </Empty>
  );
}
