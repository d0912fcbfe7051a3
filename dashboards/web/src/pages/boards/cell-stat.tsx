// A panel's one row as figures, each a door where requests are behind it.
import type { ReactNode } from "react";
import type { Shown } from "../../board.ts";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { doorOf } from "../../../../../src/store/panels/row-door.ts";
import { amountOf, labelOf } from "./amounts.ts";

export function CellStat({ shown: { drawn, rows, given } }: { readonly shown: Shown }): ReactNode {
  const [row] = rows;
  if (row === undefined) return null;
  return (
    <div className="figures board-figures">
      {drawn.columns.map((column) => {
        const amount = amountOf(row[column.name], column.unit);
        const door = doorOf(drawn, row, column);
        const inside = (
          <>
            <span className="figure-label">{labelOf(column.name)}</span>
            <span className="figure-amount">
              {amount === null ? String(row[column.name]) : <Amount of={amount} />}
            </span>
          </>
        );
        if (door === null) {
          return (
            <div key={column.name} className="figure">
              {inside}
            </div>
          );
        }
        return (
          <Door
            key={column.name}
            className="figure"
            filters={{ ...given, ...door }}
            title={`Requests behind ${labelOf(column.name)}`}
          >
            {inside}
          </Door>
        );
      })}
    </div>
  );
}
