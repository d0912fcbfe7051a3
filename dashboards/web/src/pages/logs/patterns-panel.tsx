// Lines by what they look like: what is common, what is rare and what was never seen before.
import { type ReactNode, useState } from "react";
import { count, text } from "../../../../../src/core/quantity.ts";
import { Empty, Panel } from "../../parts/panel.tsx";
import { change, type Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { useApi } from "../../state/use-api.ts";
import { CopyCsv } from "../../tables/copy-csv.tsx";
import { DataTable } from "../../tables/data-table.tsx";
import { lastOf } from "../../words/time.ts";
import { type LogPattern, type LogPatterns, readPatterns } from "./log-line.ts";
import { patternColumns } from "./pattern-columns.tsx";

/** A look costs the store more than a list. */
const EVERY_MS = 60_000;

interface PatternsPanelProps {
  readonly place: Place;
  readonly question: URLSearchParams;
}

export function PatternsPanel({ place, question }: PatternsPanelProps): ReactNode {
  const [only, setOnly] = useState<Only>("all");
  const range = rangeOf(place.params);
  const found = useApi(`api/v1/logs/patterns?${question.toString()}`, readPatterns, {
    everyMs: range.until === null ? EVERY_MS : null,
  });
  const patterns = (found.data?.patterns ?? []).filter(
    (each) => only === "all" || (only === "new" ? each.is_new : each.is_rare),
  );
  return (
    <Panel
      title={found.data === null ? "Patterns" : <Found of={found.data} />}
      className="log-panel patterns"
      from={found}
      what="patterns of lines"
      aside={
        <>
          <OnlyChoice only={only} onChoose={setOnly} />
          <CopyCsv columns={patternColumns(patterns)} rows={patterns} />
        </>
      }
    >
      {(data) =>
        patterns.length === 0 ? (
          <None of={data} only={only} since={range.since} />
        ) : (
          <Table patterns={patterns} />
        )
      }
    </Panel>
  );
}

type Only = "all" | "new" | "rare";
const CHOICES: readonly Only[] = ["all", "new", "rare"];

interface OnlyChoiceProps {
  readonly only: Only;
  readonly onChoose: (only: Only) => void;
}

function OnlyChoice({ only, onChoose }: OnlyChoiceProps): ReactNode {
  return (
    <div className="segments" role="group" aria-label="Which patterns">
      {CHOICES.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={only === name}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Table({ patterns }: { readonly patterns: readonly LogPattern[] }): ReactNode {
  return (
    <DataTable
      main
      label="Patterns"
      columns={patternColumns(patterns)}
      rows={patterns}
      rowKey={({ source, service, pattern }) => `${source} ${service} ${pattern}`}
      onOpen={openLines}
    />
  );
}

/** Its lines, with what else was chosen. */
function openLines({ pattern, service, source }: LogPattern): void {
  change({ view: null, pattern, service, source });
}

function Found({ of }: { readonly of: LogPatterns }): ReactNode {
  const { patterns, others, lines, sample } = of;
  const isNew = patterns.filter((each) => each.is_new).length;
  return (
    <>
      {text(count(patterns.length + others.patterns))} patterns
      <span className="muted">
        {" "}
        of {text(count(lines))} lines
        {isNew === 0 ? "" : `, ${isNew} new`}
        {sample === 1 ? "" : `; one of ${text(count(sample))} lines was looked at`}
      </span>
    </>
  );
}

interface NoneProps {
  readonly of: LogPatterns;
  readonly only: Only;
  readonly since: string;
}

function None({ of, only, since }: NoneProps): ReactNode {
  if (of.patterns.length === 0) return <Empty title={`No line in ${lastOf(since)}.`} />;
  if (only === "new" && of.lines_before === 0) {
    return <Empty title="There are no lines in the time before to compare these with." />;
  }
  return <Empty title={`No pattern of ${lastOf(since)} is ${only}.`} />;
}
