// Statements run before in this browser: one click takes one back into the editor.
import { type ReactNode, useState } from "react";
import { forget, readHistory } from "./history.ts";

interface HistoryMenuProps {
  readonly onTake: (sql: string) => void;
}

export function HistoryMenu({ onTake }: HistoryMenuProps): ReactNode {
  const [statements, setStatements] = useState<readonly string[] | null>(null);
  const isOpen = statements !== null;
  const take = (sql: string): void => {
    setStatements(null);
    onTake(sql);
  };
  return (
    <div
      className="sql-history"
      onKeyDown={({ key }) => (key === "Escape" ? setStatements(null) : undefined)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setStatements(null);
      }}
    >
      <button
        type="button"
        className="button"
        aria-expanded={isOpen}
        onClick={() => setStatements(isOpen ? null : readHistory())}
      >
        History
      </button>
      {isOpen ? <Menu statements={statements} onTake={take} /> : null}
    </div>
  );
}

interface MenuProps extends HistoryMenuProps {
  readonly statements: readonly string[];
}

function Menu({ statements, onTake }: MenuProps): ReactNode {
  if (statements.length === 0) {
    return <div className="sql-menu small">What you run is remembered here, in this browser.</div>;
  }
  return (
    // Focusable, so that a click within it is not taken for leaving.
    <div className="sql-menu" tabIndex={-1}>
      <ul>
        {statements.map((sql) => (
          <li key={sql}>
            <button type="button" onClick={() => onTake(sql)} title={sql}>
              {sql.replace(/\s+/g, " ")}
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="button quiet"
        onClick={() => {
          forget();
          onTake("");
        }}
      >
        Forget all
      </button>
    </div>
  );
}
