// Rules of the policy in force that decided nothing in the range.
import type { ReactNode } from "react";
import type { UnusedRules } from "../../api.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { rangeParams } from "../../state/filters.ts";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { readUnused } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import { lastOf } from "../../words/time.ts";
import { count, text } from "../../../../../src/core/quantity.ts";

/** It reads every row of the range: often enough for what changes slowly. */
const EVERY = { everyMs: 60_000 } as const;

export function UnusedPanel({ place }: { readonly place: Place }): ReactNode {
  const path = `api/v1/policy/unused?${rangeParams(place.params).toString()}`;
  const unused = useApi(path, readUnused, EVERY);
  return (
    <Panel title="Rules that decided nothing" from={unused} what="unused rules">
      {(of) =>
        of.unused_count === 0 ? (
          <Empty title="Every rule decided something." />
        ) : (
          <Unused of={of} range={lastOf(rangeOf(place.params).since)} />
        )
      }
    </Panel>
  );
}

interface UnusedProps {
  readonly of: UnusedRules;
  readonly range: string;
}

function Unused({ of, range }: UnusedProps): ReactNode {
  const { rules, unused, unused_count } = of;
  const more = unused_count - unused.length;
  return (
    <div className="unused">
      <p>
        {text(count(unused_count))} of {text(count(rules))} in {range}, whoever called.
      </p>
      <ul>
        {unused.map(({ rule, rule_source }) => (
          <li key={rule_source}>
            <code className="rule">{rule}</code> <code className="muted">{rule_source}</code>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="small">and {text(count(more))} more</p> : null}
      <p className="small">
        A rule may be overruled by another and still be meant. What traffic of a longer time needs:{" "}
        <code>weir policy propose --since 30d</code>
      </p>
    </div>
  );
}
