// Above the list: lines or patterns, and the pattern whose lines are shown.
import type { ReactNode } from "react";
import { Icon } from "../../parts/icon.tsx";
import { change } from "../../state/place.ts";
import { ExportMenu } from "../../parts/export-menu.tsx";
import { PatternText } from "./pattern-text.tsx";

const VIEWS = [
  [null, "Lines"],
  ["patterns", "Patterns"],
] as const;

interface LogHeadProps {
  readonly params: URLSearchParams;
  /** As the API takes it. */
  readonly question: URLSearchParams;
}

export function LogHead({ params, question }: LogHeadProps): ReactNode {
  const view = params.get("view");
  const pattern = params.get("pattern");
  return (
    <div className="log-head">
      <div className="segments" role="group" aria-label="Show as">
        {VIEWS.map(([name, words]) => (
          <button
            key={words}
            type="button"
            aria-pressed={view === name}
            onClick={() => change({ view: name, line: null })}
          >
            {words}
          </button>
        ))}
      </div>
      {pattern === null ? null : (
        <span className="chip">
          <span>like</span> <PatternText pattern={pattern} />
          <button
            type="button"
            aria-label="Remove filter pattern"
            onClick={() => change({ pattern: null })}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      )}
      <ExportMenu from="logs" unit="lines" question={question} />
    </div>
  );
}
