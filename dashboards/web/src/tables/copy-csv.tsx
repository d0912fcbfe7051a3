// "Copy as CSV" of a table's columns and rows.
import type { ReactNode } from "react";
import { CopyButton } from "../parts/copy-button.tsx";
import { toCsv } from "../words/csv.ts";
import type { TableColumn } from "./columns.ts";

interface CopyCsvProps<Row> {
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
}

export function CopyCsv<Row>({ columns, rows }: CopyCsvProps<Row>): ReactNode {
  const words = (): string =>
    toCsv(
      columns.map(({ key }) => key),
      rows.map((row) => columns.map((column) => column.value(row))),
    );
  return rows.length === 0 ? null : <CopyButton label="CSV" words={words} />;
}
