// Who was refused, who is new, and who tries their luck: the figures first, then the board Security with all its doors.
import type { ReactNode } from "react";
import { readBoard } from "../../board.ts";
import { Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { useApi } from "../../state/use-api.ts";
import { useRange } from "../../state/use-range.ts";
import { BoardRows } from "../boards/board-rows.tsx";
import { Refusals } from "./refusals.tsx";

const EVERY = { everyMs: 60_000 } as const;

export function SecurityPage({ place }: { readonly place: Place }): ReactNode {
  const board = useApi("api/v1/boards/security", readBoard, EVERY);
  const hasRange = useRange(place, "24h");
  if (!hasRange) return null;
  return (
    <>
      <Refusals place={place} />
      {board.data === null ? (
        <Nothing from={board} what="what is asked about security" />
      ) : (
        <BoardRows board={board.data} place={place} />
      )}
    </>
  );
}
