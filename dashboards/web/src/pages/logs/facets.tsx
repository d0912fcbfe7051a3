// What can be chosen of the lines, with how many there are of each; what is chosen stays in sight.
import type { ReactNode } from "react";
import { count, text } from "../../../../../src/core/quantity.ts";
import { filterWords } from "../../state/filters.ts";
import { change } from "../../state/place.ts";
import { type LogSummary, SEVERITIES, type Severity, severityTone } from "./log-line.ts";

const MOST_SHOWN = 12;
const SOURCES = [
  ["service", "services"],
  ["access", "access"],
] as const;

interface FacetsProps {
  readonly facets: LogSummary["facets"] | null;
  readonly params: URLSearchParams;
}

export function Facets({ facets, params }: FacetsProps): ReactNode {
  return (
    <div className="facets">
      <Facet title="From">
        {SOURCES.map(([source, words]) => (
          <Choice
            key={source}
            words={words}
            {...(facets === null ? {} : { lines: linesOf(facets.source, source) })}
            chosen={params.get("source") === source}
            onChoose={(chosen) => change({ source: chosen ? source : null })}
          />
        ))}
      </Facet>
      <Severities facets={facets} params={params} />
      <Values name="service" title="Service" facets={facets} params={params} />
      <Values name="route" title="Route" facets={facets} params={params} />
    </div>
  );
}

function linesOf(values: LogSummary["facets"]["source"], wanted: string): number {
  return values.find(({ value }) => value === wanted)?.lines ?? 0;
}

/** Any number of them. */
function Severities({ facets, params }: FacetsProps): ReactNode {
  const chosen = new Set((params.get("severity") ?? "").split(",").filter((word) => word !== ""));
  const counts = new Map(facets?.severity.map(({ value, lines }) => [value, lines]));
  const shown = SEVERITIES.filter((severity) => counts.has(severity) || chosen.has(severity));
  if (shown.length === 0) return null;
  const choose = (severity: Severity, isChosen: boolean): void => {
    const next = SEVERITIES.filter((each) => (each === severity ? isChosen : chosen.has(each)));
    change({ severity: next.length === 0 ? null : next.join(",") });
  };
  return (
    <Facet title="Severity">
      {shown.map((severity) => (
        <Choice
          key={severity}
          words={severity}
          tone={severityTone(severity)}
          lines={counts.get(severity) ?? 0}
          chosen={chosen.has(severity)}
          onChoose={(isChosen) => choose(severity, isChosen)}
        />
      ))}
    </Facet>
  );
}

interface ValuesProps extends FacetsProps {
  readonly name: "service" | "route";
  readonly title: string;
}

/** One of them. */
function Values({ name, title, facets, params }: ValuesProps): ReactNode {
  const chosen = params.get(name);
  const values = facets?.[name] ?? [];
  const shown = values.slice(0, MOST_SHOWN);
  if (chosen !== null && !shown.some(({ value }) => value === chosen)) {
    shown.push(values.find(({ value }) => value === chosen) ?? { value: chosen, lines: 0 });
  }
  if (shown.length === 0) return null;
  return (
    <Facet title={title}>
      {shown.map(({ value, lines }) => (
        <Choice
          key={value}
          words={filterWords(name, value)}
          lines={lines}
          chosen={value === chosen}
          onChoose={(isChosen) => change({ [name]: isChosen ? value : null })}
        />
      ))}
      {values.length > shown.length ? (
        <li className="small">and {values.length - shown.length} more</li>
      ) : null}
    </Facet>
  );
}

interface FacetProps {
  readonly title: string;
  readonly children: ReactNode;
}

function Facet({ title, children }: FacetProps): ReactNode {
  return (
    <section className="facet">
      <h3>{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

interface ChoiceProps {
  readonly words: string;
  readonly tone?: string;
  readonly lines?: number;
  readonly chosen: boolean;
  readonly onChoose: (chosen: boolean) => void;
}

function Choice({ words, tone, lines, chosen, onChoose }: ChoiceProps): ReactNode {
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={() => onChoose(!chosen)} title={words}>
        {tone === undefined ? null : <i className={`mark-${tone}`} />}
        <span className="facet-words">{words}</span>
        {lines === undefined ? null : <span className="facet-lines">{text(count(lines))}</span>}
      </button>
    </li>
  );
}
