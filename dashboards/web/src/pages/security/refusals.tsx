// How much was refused, and whether that is more than in the time before; each figure leads to who it was.
import type { ReactNode } from "react";
import type { QueryResult } from "../../api.ts";
import { Amount } from "../../parts/amount.tsx";
import { Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { rangeOf } from "../../state/range.ts";
import { readQuery } from "../../state/readers.ts";
import { useApi } from "../../state/use-api.ts";
import { lastOf } from "../../words/time.ts";
import { count, text } from "../../../../../src/core/quantity.ts";
import { changeOf } from "../overview/change-words.ts";
import { usePreviousQuery, useQuery } from "../overview/use-overview.ts";

interface RefusalsRow {
  readonly denied: number;
  readonly denied_callers: number;
  readonly failed_logins: number;
  readonly login_sources: number;
  readonly malformed: number;
  readonly malformed_sources: number;
}

interface Figure {
  readonly label: string;
  readonly value: number;
  readonly before: number | null;
  /** "by 3 callers" */
  readonly by: string;
  /** Title of the panel that says who. */
  readonly panel: string;
}

const ONCE = { everyMs: null } as const;

export function Refusals({ place }: { readonly place: Place }): ReactNode {
  const now = useQuery<RefusalsRow>("refusals", place);
  const earlier = `api/v1/query/refusals?${usePreviousQuery(place)}`;
  const before = useApi(earlier, readQuery<RefusalsRow>, ONCE);
  const row = now.data?.rows[0];
  if (row === undefined) return <Nothing from={now} what="what was refused" />;
  const figures = figuresOf(row, before.data);
  const range = lastOf(rangeOf(place.params).since);
  return (
    <div className={now.error === null ? "answer" : "answer is-stale"}>
      <p className={`verdict ${figures.some(isWorse) ? "bad" : ""}`} role="status">
        <strong>{headline(figures, range)}</strong>
      </p>
      <div className="figures thirds">
        {figures.map((figure) => (
          <FigureButton key={figure.label} figure={figure} />
        ))}
      </div>
    </div>
  );
}

function FigureButton({ figure }: { readonly figure: Figure }): ReactNode {
  const { label, value, before, by, panel } = figure;
  const { words, tone } = changeOf(value, before, "error");
  return (
    <button
      type="button"
      className="figure"
      title={`To ${panel} below`}
      onClick={() => showPanel(panel)}
    >
      <span className="figure-label">
        {label}
        {value === 0 ? "" : `, ${by}`}
      </span>
      <span className="figure-amount">
        <Amount of={count(value)} />
      </span>
      <span className={`figure-change ${tone}`}>{words}</span>
    </button>
  );
}

function figuresOf(row: RefusalsRow, before: QueryResult<RefusalsRow> | null): readonly Figure[] {
  const was = before?.rows[0];
  return [
    {
      label: "Denied by the policy",
      value: row.denied,
      before: was?.denied ?? null,
      by: `by ${number(row.denied_callers, "caller")}`,
      panel: "Denials",
    },
    {
      label: "Failed logins",
      value: row.failed_logins,
      before: was?.failed_logins ?? null,
      by: `from ${number(row.login_sources, "address", "addresses")}`,
      panel: "Failed logins",
    },
    {
      label: "Refused as malformed",
      value: row.malformed,
      before: was?.malformed ?? null,
      by: `from ${number(row.malformed_sources, "address", "addresses")}`,
      panel: "Refused as malformed",
    },
  ];
}

function number(of: number, one: string, many = `${one}s`): string {
  return `${text(count(of))} ${of === 1 ? one : many}`;
}

/** Where there was none before, a few are no news to wake somebody for. */
const FEW = 10;

function isWorse({ value, before }: Figure): boolean {
  const isFew = before === 0 && value < FEW;
  return !isFew && changeOf(value, before, "error").tone === "error";
}

function headline(figures: readonly Figure[], range: string): string {
  const worse = figures.filter(isWorse);
  if (figures.every(({ value }) => value === 0)) return `Nobody was refused in ${range}.`;
  if (worse.length === 0)
    return `No more was refused in ${range} than in the time before, or only a few.`;
  const which = worse.map(({ label }) => label.toLowerCase()).join(", ");
  return `More than in the time before: ${which}, in ${range}.`;
}

/** The panel of that title, where the board still has it. */
function showPanel(title: string): void {
  const headings = [...document.querySelectorAll(".board .panel h2")];
  const found = headings.find(({ textContent }) => textContent === title)?.closest("section");
  found?.scrollIntoView({ block: "start" });
  found?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
}
