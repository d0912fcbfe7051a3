// A panel's rows as a table whose figures are doors to the requests they count.
import type { ReactNode } from "react";
import type { CellRow, Shown } from "../../board.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door, TraceLink } from "../../parts/door.tsx";
import { StatusMark } from "../../parts/status-mark.tsx";
import { openRequests } from "../../state/filters.ts";
import { change } from "../../state/place.ts";
import type { CellValue, TableColumn } from "../../tables/columns.ts";
import { DataTable } from "../../tables/data-table.tsx";
import { Sparkline } from "../../tables/sparkline.tsx";
import { instant, timeMs } from "../../words/time.ts";
import { type DoorColumn, doorOf } from "../../../../../src/store/panels/row-door.ts";
import { amountOf, isAmount, labelOf, namelessWords } from "./amounts.ts";

/** Rows may be equal in all they say. */
interface Numbered {
  readonly at: number;
  readonly row: CellRow;
}

export function CellTable({ shown }: { readonly shown: Shown }): ReactNode {
  const { cell, drawn, rows, given } = shown;
  const trace = drawn.columns.find(({ unit }) => unit === "trace");
  const open = ({ row }: Numbered): void => {
    const door = doorOf(drawn, row);
    if (door !== null) openRequests({ ...given, ...door });
    else if (trace !== undefined) change({ open: textOf(row[trace.name]) });
  };
  return (
    <DataTable
      label={cell.title}
      columns={columnsOf(shown)}
      rows={rows.map((row, at) => ({ at, row }))}
      rowKey={({ at }) => String(at)}
      {...(drawn.door === null && trace === undefined ? {} : { onOpen: open })}
    />
  );
}

/** Which column takes what room is left, and heads the card on a narrow screen: the first of these that there is. */
const TELLING = [
  "path",
  "shape",
  "rule",
  "fault",
  "stage",
  "endpoint",
  "upstream",
  "principal",
  "route",
];

function columnsOf(shown: Shown): TableColumn<Numbered>[] {
  const columns = shown.drawn.columns.filter(({ name }) => {
    // What is empty in all rows would only push others out of sight.
    return shown.rows.some((row) => row[name] !== "");
  });
  const names = columns.filter(({ unit }) => unit === "text").map(({ name }) => name);
  const lead = TELLING.find((name) => names.includes(name)) ?? names[0];
  return columns.map((column) => ({
    key: column.name,
    label: labelOf(column.name),
    value: ({ row }) => valueOf(row[column.name]),
    show: ({ row }) => showValue(row, column, shown),
    numeric: isAmount(column.unit) || column.unit === "time",
    wide: column.name === lead,
    lead: column.name === lead,
  }));
}

function valueOf(value: unknown): CellValue {
  return typeof value === "number" || value === null ? value : textOf(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function showValue(row: CellRow, column: DoorColumn, { drawn, given }: Shown): ReactNode {
  const { name, unit } = column;
  const value = row[name];
  const amount = amountOf(value, unit);
  if (amount !== null && isAmount(unit)) {
    const door = unit === "requests" && value !== 0 ? doorOf(drawn, row, column) : null;
    if (door === null) return <Amount of={amount} />;
    return (
      <Door filters={{ ...given, ...door }}>
        <Amount of={amount} />
      </Door>
    );
  }
  return showWord(name, unit, value);
}

function showWord(name: string, unit: DoorColumn["unit"], value: unknown): ReactNode {
  const text = textOf(value);
  if (unit === "status") return <StatusMark status={Number(value)} />;
  if (unit === "time") return showTime(value);
  if (unit === "course") return <Sparkline counts={value as readonly number[]} />;
  if (unit === "trace") return <TraceLink traceId={text}>{text.slice(0, 8)}</TraceLink>;
  const nameless = namelessWords(name);
  if (text === "" && nameless !== "") return <span className="muted">{nameless}</span>;
  return <span title={text}>{text}</span>;
}

function showTime(value: unknown): ReactNode {
  if (typeof value !== "string") return "–";
  return <time dateTime={value}>{instant(timeMs(value), Date.now())}</time>;
}
