// The tables of the store and their columns with types; a click puts the name into the statement.
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useAsk } from "../../state/use-ask.ts";
import type { SqlAnswer } from "./answer.ts";

/** What only weir's own writing goes through is left out. */
const SQL = `SELECT table, name, type FROM system.columns
WHERE database = currentDatabase()
    AND table NOT LIKE '%\\_intake%' AND table NOT LIKE '%\\_view' AND table != 'schema_migrations'
ORDER BY table, position`;
const FIRST = ["requests", "otel_traces", "otel_spans", "otel_logs"];

interface SchemaPanelProps {
  readonly onInsert: (name: string) => void;
}

export function SchemaPanel({ onInsert }: SchemaPanelProps): ReactNode {
  const { asked, ask } = useAsk<SqlAnswer>("api/v1/sql");
  const [wanted, setWanted] = useState("");
  useEffect(() => ask({ sql: SQL }), [ask]);
  const tables = useMemo(() => (asked.state === "answered" ? tablesOf(asked.answer) : []), [asked]);
  return (
    <section className="panel schema" aria-label="Tables">
      <header className="panel-head">
        <h2>Tables</h2>
        <input
          className="schema-find"
          type="search"
          aria-label="Find a column"
          placeholder="Find a column"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      </header>
      <div className="schema-body">
        {asked.state === "failed" ? (
          <Failed error={asked.error} onAgain={() => ask({ sql: SQL })} />
        ) : null}
        {asked.state === "waiting" ? <p className="small">Waiting for the tables…</p> : null}
        {tables.map((table) => (
          <TableColumns key={table.name} table={table} wanted={wanted} onInsert={onInsert} />
        ))}
      </div>
    </section>
  );
}

interface Failure {
  readonly error: Error;
  readonly onAgain: () => void;
}

function Failed({ error, onAgain }: Failure): ReactNode {
  return (
    <div className="failure" role="alert">
      <p>Could not load the tables.</p>
      <p className="small">{error.message}</p>
      <button type="button" className="button" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

function tablesOf({ rows }: SqlAnswer): readonly Table[] {
  const byName = Map.groupBy(rows, ({ table }) => String(table));
  const rank = (name: string): number =>
    (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return [...byName]
    .map(([name, columns]) => ({
      name,
      columns: columns.map((row) => ({ name: String(row["name"]), type: String(row["type"]) })),
    }))
    .toSorted((a, b) => rank(a.name) - rank(b.name));
}

interface TableColumnsProps extends SchemaPanelProps {
  readonly table: Table;
  readonly wanted: string;
}

function TableColumns({ table, wanted, onInsert }: TableColumnsProps): ReactNode {
  const [isOpen, setOpen] = useState(table.name === "requests");
  const words = wanted.trim().toLowerCase();
  const found = table.columns.filter(({ name }) => name.toLowerCase().includes(words));
  if (found.length === 0) return null;
  const open = isOpen || words !== "";
  return (
    <div className="schema-table">
      <p>
        <button
          type="button"
          className="schema-fold"
          aria-expanded={open}
          onClick={() => setOpen(!isOpen)}
        >
          {table.name} <span className="faint">{found.length}</span>
        </button>
        <button
          type="button"
          className="button quiet"
          aria-label={`Insert ${table.name}`}
          onClick={() => onInsert(table.name)}
        >
          insert
        </button>
      </p>
      {open ? <Columns columns={found} onInsert={onInsert} /> : null}
    </div>
  );
}

interface ColumnsProps extends SchemaPanelProps {
  readonly columns: Table["columns"];
}

function Columns({ columns, onInsert }: ColumnsProps): ReactNode {
  return (
    <ul>
      {columns.map(({ name, type }) => (
        <li key={name}>
          <button type="button" title={`${type}: insert ${name}`} onClick={() => onInsert(name)}>
            <span>{name}</span> <span className="faint">{shortType(type)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** How it is packed matters to nobody who asks. */
function shortType(type: string): string {
  return type.replace(/LowCardinality\(([^()]+)\)/g, "$1").replace(/, '[^']*'/g, "");
}
