// The statement, its keys and what can be done with it; a fault selects the place it points to.
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { useNow } from "../../state/live.ts";
import type { FaultPlace } from "./fault-place.ts";

const MOST_CHARS = 65_536;

interface EditorProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly sql: string;
  readonly onChange: (sql: string) => void;
  readonly fault: FaultPlace | null;
  readonly isRunning: boolean;
  readonly onRun: () => void;
  readonly onCancel: () => void;
  readonly aside: ReactNode;
}

export function Editor(props: EditorProps): ReactNode {
  const { field, sql, onChange, fault, isRunning, onRun, onCancel, aside } = props;
  useSelected(field, fault);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun();
    } else if (event.key === "Escape") {
      if (isRunning) onCancel();
      else field.current?.blur();
    }
  };
  return (
    <section className="panel sql-editor" aria-label="Statement">
      <textarea
        ref={field}
        value={sql}
        rows={Math.min(18, Math.max(7, sql.split("\n").length + 1))}
        maxLength={MOST_CHARS}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        aria-label="SQL statement"
        aria-invalid={fault !== null}
        placeholder="SELECT … FROM requests"
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={onKey}
      />
      <div className="sql-actions">
        {isRunning ? (
          <Running onCancel={onCancel} />
        ) : (
          <Run onRun={onRun} isEmpty={sql.trim() === ""} />
        )}
        {aside}
      </div>
    </section>
  );
}

/** The place that a fault points to, so that typing mends it. */
function useSelected(field: EditorProps["field"], fault: FaultPlace | null): void {
  useEffect(() => {
    if (fault === null) return;
    field.current?.focus();
    field.current?.setSelectionRange(fault.from, fault.to);
  }, [fault, field]);
}

interface RunProps extends Pick<EditorProps, "onRun"> {
  readonly isEmpty: boolean;
}

function Run({ onRun, isEmpty }: RunProps): ReactNode {
  return (
    <button type="button" className="button primary" disabled={isEmpty} onClick={onRun}>
      Run <kbd>Ctrl ⏎</kbd>
    </button>
  );
}

function Running({ onCancel }: Pick<EditorProps, "onCancel">): ReactNode {
  return (
    <>
      <button type="button" className="button" onClick={onCancel}>
        Cancel <kbd>Esc</kbd>
      </button>
      <Seconds />
    </>
  );
}

/** Mounted as it begins to run. */
function Seconds(): ReactNode {
  const now = useNow(1000);
  const [begun] = useState(() => Date.now());
  return (
    <span className="muted" role="status">
      The store is reading, {Math.max(0, Math.round((now - begun) / 1000))} s of 20
    </span>
  );
}
