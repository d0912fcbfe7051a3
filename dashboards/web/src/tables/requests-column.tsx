// How many requests a row stands for, as a figure with its bar against the biggest.
import { Amount } from "../parts/amount.tsx";
import { count } from "../../../../src/core/quantity.ts";
import { Bar } from "./bar.tsx";
import type { TableColumn } from "./columns.ts";

interface Counted {
  readonly requests: number;
}

export function requestsColumn<Row extends Counted>(
  rows: readonly Row[],
  tone: "rate" | "error" = "rate",
): TableColumn<Row> {
  const max = Math.max(...rows.map(({ requests }) => requests));
  return {
    key: "requests",
    label: "Requests",
    value: ({ requests }) => requests,
    numeric: true,
    show: ({ requests }) => (
      <Bar value={requests} max={max} tone={tone}>
        <Amount of={count(requests)} />
      </Bar>
    ),
  };
}
