// A board's panels in their rows of twelve columns.
import type { ReactNode } from "react";
import type { Board } from "../../board.ts";
import type { Place } from "../../state/place.ts";
import { BoardCell } from "./board-cell.tsx";

interface BoardRowsProps {
  readonly board: Board;
  readonly place: Place;
}

export function BoardRows({ board, place }: BoardRowsProps): ReactNode {
  return (
    <div className="board">
      {board.rows.flatMap((row, y) =>
        row.map((cell, x) => (
          <BoardCell key={`${y} ${x} ${cell.panel}`} cell={cell} board={board} place={place} />
        )),
      )}
    </div>
  );
}
