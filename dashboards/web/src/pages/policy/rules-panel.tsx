// How often each rule decided in the range; what no rule decided has a row of its own.
import type { ReactNode } from "react";
import type { RuleRow } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { openRequests } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastOf } from "../../words/time.ts";
import { useQuery } from "../overview/use-overview.ts";
import { ruleColumns } from "./rule-columns.tsx";

interface RulesPanelProps {
  readonly place: Place;
  readonly main: boolean;
}

export function RulesPanel({ place, main }: RulesPanelProps): ReactNode {
  const rules = useQuery<RuleRow>("rules", place);
  const rows = rules.data?.rows ?? [];
  const columns = ruleColumns(rows);
  return (
    <Panel
      title="Rules by use"
      from={rules}
      what="rules by use"
      aside={<CopyCsv columns={columns} rows={rows} />}
    >
      {() =>
        rows.length === 0 ? (
          <Empty title={`No rule decided anything in ${lastOf(rangeOf(place.params).since)}.`}>
            <p>What they are meant to do can be tried without traffic:</p>
            <pre>weir policy test --coverage</pre>
          </Empty>
        ) : (
          <DataTable
            main={main}
            label="Rules by use"
            columns={columns}
            rows={rows}
            rowKey={({ rule, decision, kind }) => `${kind} ${decision} ${rule}`}
            onOpen={({ rule, decision, kind }) => openRequests({ kind, rule, decision })}
          />
        )
      }
    </Panel>
  );
}
