// What became of a statement: nothing yet, no answer yet, an answer, or why there is none.
import type { ReactNode } from "react";
import { Empty } from "../../parts/panel.tsx";
import type { Asked } from "../../state/use-work.ts";
import type { SqlAnswer } from "./answer.ts";
import { EXAMPLES } from "./examples.ts";
import type { FaultPlace } from "./fault-place.ts";
import { Result } from "./result.tsx";

interface OutcomeProps {
  readonly asked: Asked<SqlAnswer>;
  readonly sql: string;
  readonly fault: FaultPlace | null;
  readonly onRun: (sql: string) => void;
}

export function Outcome({ asked, sql, fault, onRun }: OutcomeProps): ReactNode {
  if (asked.state === "answered") return <Result answer={asked.answer} sql={sql} />;
  if (asked.state === "failed") return <Fault error={asked.error} place={fault} />;
  if (asked.state === "waiting") {
    return (
      <div className="skeleton" role="status">
        <span>Waiting for the rows…</span>
      </div>
    );
  }
  return <Examples onRun={onRun} />;
}

interface FaultProps {
  readonly error: Error;
  readonly place: FaultPlace | null;
}

function Fault({ error, place }: FaultProps): ReactNode {
  return (
    <section className="panel sql-fault" role="alert">
      <p className="is-error">
        {place === null
          ? "No answer."
          : `Line ${place.line}, column ${place.column}: selected above.`}
      </p>
      <pre>{error.message}</pre>
    </section>
  );
}

function Examples({ onRun }: Pick<OutcomeProps, "onRun">): ReactNode {
  return (
    <section className="panel">
      <Empty title="Ask the rows anything that reads: one row is one request.">
        <p>
          At most 20 s and 10,000 rows; nothing can be changed here. A time and a number are drawn
          as lines. Begin with one of these:
        </p>
        <ul className="sql-examples">
          {EXAMPLES.map(({ title, sql }) => (
            <li key={title}>
              <button type="button" className="button" onClick={() => onRun(sql)}>
                {title}
              </button>
            </li>
          ))}
        </ul>
      </Empty>
    </section>
  );
}
