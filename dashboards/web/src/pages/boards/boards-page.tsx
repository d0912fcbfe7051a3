// Any board of the API: its panels in rows, its variables, and what is wrong with files of panels and boards.
import type { ReactNode } from "react";
import { type Board, readBoard, readBoards } from "../../board.ts";
import { Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { useApi } from "../../state/use-api.ts";
import { useRange } from "../../state/use-range.ts";
import { BoardRows } from "./board-rows.tsx";
import { BoardTabs } from "./board-tabs.tsx";
import { FaultyFiles } from "./faulty-files.tsx";
import { Variables } from "./variables.tsx";

const EVERY = { everyMs: 15_000 } as const;
const DEFAULT_BOARD = "overview";

export function BoardsPage({ place }: { readonly place: Place }): ReactNode {
  const name = place.params.get("board") ?? DEFAULT_BOARD;
  const list = useApi("api/v1/boards", readBoards, EVERY);
  const board = useApi(`api/v1/boards/${encodeURIComponent(name)}`, readBoard, EVERY);
  return (
    <>
      <BoardTabs boards={list.data?.boards ?? []} current={name} place={place} />
      <FaultyFiles faults={list.data?.faults ?? []} />
      {board.data === null || board.data.name !== name ? (
        <Nothing from={board} what={`the board ${name}`} />
      ) : (
        <Whole board={board.data} place={place} />
      )}
    </>
  );
}

interface WholeProps {
  readonly board: Board;
  readonly place: Place;
}

function Whole({ board, place }: WholeProps): ReactNode {
  if (!useRange(place, board.range)) return null;
  return (
    <>
      <div className="board-head">
        <p>{board.question}</p>
        <Variables names={board.variables} place={place} />
      </div>
      <BoardRows board={board} place={place} />
    </>
  );
}
