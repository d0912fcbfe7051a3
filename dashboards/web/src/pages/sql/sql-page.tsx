// The SQL console: a statement, which the URL names once it is run, its answer, and the tables to ask.
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { CopyButton } from "../../parts/copy-button.tsx";
import { change, type Place } from "../../state/place.ts";
import { useAsk } from "../../state/use-ask.ts";
import type { SqlAnswer } from "./answer.ts";
import { Editor } from "./editor.tsx";
import { faultPlace } from "./fault-place.ts";
import { readHistory, remember } from "./history.ts";
import { HistoryMenu } from "./history-menu.tsx";
import { Outcome } from "./outcome.tsx";
import { SchemaPanel } from "./schema-panel.tsx";

export function SqlPage({ place }: { readonly place: Place }): ReactNode {
  const linked = place.params.get("sql") ?? "";
  const field = useRef<HTMLTextAreaElement>(null);
  const [sql, setSql] = useState(() => linked || (readHistory()[0] ?? ""));
  const { asked, ask, cancel } = useAsk<SqlAnswer>("api/v1/sql");
  // What is run is what the URL says: a link shows the same to a colleague, and Back what was run before.
  useEffect(() => {
    if (linked === "") return;
    setSql(linked);
    remember(linked);
    ask({ sql: linked });
  }, [linked, ask]);
  const run = (statement: string): void => {
    if (statement === linked) ask({ sql: statement });
    else if (statement.trim() !== "") change({ sql: statement });
  };
  const fault = useMemo(
    () => (asked.state === "failed" ? faultPlace(asked.error, linked) : null),
    [asked, linked],
  );
  return (
    <div className="sql">
      <div className="sql-main">
        <Editor
          field={field}
          sql={sql}
          onChange={setSql}
          fault={fault}
          isRunning={asked.state === "waiting"}
          onRun={() => run(sql)}
          onCancel={cancel}
          aside={<EditorAside hasLink={linked !== ""} onTake={setSql} />}
        />
        <Outcome asked={asked} sql={linked} fault={fault} onRun={run} />
      </div>
      <SchemaPanel onInsert={(name) => setSql(inserted(field.current, name) ?? sql)} />
    </div>
  );
}

/** Where the caret is; the text with it. */
function inserted(area: HTMLTextAreaElement | null, name: string): string | null {
  if (area === null) return null;
  area.setRangeText(name, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  return area.value;
}

interface EditorAsideProps {
  readonly hasLink: boolean;
  readonly onTake: (sql: string) => void;
}

function EditorAside({ hasLink, onTake }: EditorAsideProps): ReactNode {
  return (
    <>
      <HistoryMenu onTake={onTake} />
      {hasLink ? <CopyButton label="Link" words={() => window.location.href} /> : null}
    </>
  );
}
