// When a rule would have fired in the range, by what is recorded: before it wakes anybody, or after it did not.
import { type ReactNode, useMemo, useState } from "react";
import type { AlertRule } from "../../alerting.ts";
import { Icon } from "../../parts/icon.tsx";
import { Empty } from "../../parts/panel.tsx";
import { change, type Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf } from "../../state/range.ts";
import type { TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { age, instant, lastOf } from "../../words/time.ts";
import { durationText } from "../../../../../src/alerts/duration.ts";
import type { Fired } from "../../../../../src/alerts/replay.ts";
import { matcherText } from "./matchers.ts";
import { type Replayed, useReplay } from "./use-replay.ts";

interface ReplayPanelProps {
  readonly rule: AlertRule;
  readonly place: Place;
}

export function ReplayPanel({ rule, place }: ReplayPanelProps): ReactNode {
  const [tries, setTries] = useState(0);
  const range = useMemo(() => rangeOf(place.params), [place]);
  // It stands still while it is looked at; another try takes the newest.
  const interval = useMemo(() => intervalOf(range, Date.now()), [range.since, range.until, tries]);
  const replayed = useReplay(rule, interval, tries);
  const { fired, done, looks } = replayed;
  return (
    <section className="panel" aria-label={`When ${rule.name} would have fired`}>
      <header className="panel-head">
        <h2>When {rule.name} would have fired</h2>
        <ReplayActions onAgain={() => setTries(tries + 1)} />
      </header>
      <p className="note" role="status">
        {sentence(replayed, lastOf(range.since))}
        {done < looks && replayed.error === null ? (
          <progress max={looks} value={done} aria-label="Looks done" />
        ) : null}
      </p>
      {replayed.error === null ? null : (
        <p className="is-error note" role="alert">
          It could not look on: {replayed.error.message}
        </p>
      )}
      {fired.length > 0 ? <FiredTable fired={fired} /> : null}
      {fired.length === 0 && done === looks ? (
        <Empty title={`It fires when ${rule.when.join(" and ")}, which no look found.`} />
      ) : null}
    </section>
  );
}

function ReplayActions({ onAgain }: { readonly onAgain: () => void }): ReactNode {
  return (
    <div className="panel-aside">
      <button type="button" className="button quiet" onClick={onAgain}>
        Again
      </button>
      <button
        type="button"
        className="button quiet"
        aria-label="Close"
        onClick={() => change({ replay: null })}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function sentence({ fired, done, looks, stepMs }: Replayed, range: string): string {
  const each = `looking each ${durationText(stepMs)}`;
  if (done < looks) return `Looking back: ${done} of ${looks} looks, ${each}.`;
  const times = fired.length === 1 ? "once" : `${fired.length} times`;
  return `${fired.length === 0 ? "Never" : times} in ${range}, ${each}.`;
}

function FiredTable({ fired }: { readonly fired: readonly Fired[] }): ReactNode {
  return (
    <DataTable
      label="When it would have fired"
      columns={COLUMNS}
      rows={fired.toReversed()}
      rowKey={({ labels, firedAtMs }) => `${firedAtMs} ${JSON.stringify(labels)}`}
      onOpen={({ firedAtMs, resolvedAtMs }) =>
        change({
          since: iso(firedAtMs - AROUND_MS),
          until: iso((resolvedAtMs ?? Date.now()) + AROUND_MS),
        })
      }
    />
  );
}

/** What was before and after is what one wants to see. */
const AROUND_MS = 300_000;

const COLUMNS: readonly TableColumn<Fired>[] = [
  {
    key: "fired",
    label: "Fired",
    value: ({ firedAtMs }) => firedAtMs,
    show: ({ firedAtMs }) => instant(firedAtMs, Date.now()),
  },
  {
    key: "summary",
    label: "What",
    value: ({ summary, labels }) => summary || matcherText(labels),
    wide: true,
    lead: true,
  },
  {
    key: "lasted",
    label: "For",
    value: ({ firedAtMs, resolvedAtMs }) => (resolvedAtMs ?? Date.now()) - firedAtMs,
    numeric: true,
    show: ({ firedAtMs, resolvedAtMs }) =>
      resolvedAtMs === null ? "to the end" : age(resolvedAtMs - firedAtMs),
  },
];
