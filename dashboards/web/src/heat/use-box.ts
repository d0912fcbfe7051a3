// Choosing a box of a heatmap: by dragging the pointer, or by the arrow keys with Shift.
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { boxOf, type GridPlace, gridOf, type HeatBox, placeAt, within } from "./heat-grid.ts";
import type { HeatModel } from "./heat-model.ts";

export interface BoxChoice {
  /** The cell under the pointer or the keyboard's cursor. */
  readonly at: GridPlace | null;
  /** What is being chosen. */
  readonly draft: HeatBox | null;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<SVGSVGElement>) => void;
    readonly onPointerMove: (event: PointerEvent<SVGSVGElement>) => void;
    readonly onPointerUp: (event: PointerEvent<SVGSVGElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onPointerCancel: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onBlur: () => void;
  };
}

export interface BoxActions {
  /** null: none any more. */
  readonly onBox: (box: HeatBox | null) => void;
  readonly onCell: (place: GridPlace) => void;
}

const STEPS: Readonly<Record<string, Move>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function useBox(model: HeatModel, actions: BoxActions): BoxChoice {
  const [at, setAt] = useState<GridPlace | null>(null);
  const [corner, setCorner] = useState<GridPlace | null>(null);
  const choice = { at, corner, setAt, setCorner, model, ...actions };
  return {
    at,
    draft: at === null || corner === null ? null : boxOf(model, corner, at),
    handlers: { ...usePointer(choice), onKeyDown: keyHandler(choice), onBlur: () => leave(choice) },
  };
}

interface Choice extends BoxActions {
  readonly model: HeatModel;
  readonly at: GridPlace | null;
  /** The one that stays; null: nothing is being chosen. */
  readonly corner: GridPlace | null;
  readonly setAt: (place: GridPlace | null) => void;
  readonly setCorner: (place: GridPlace | null) => void;
}

function leave({ setAt, setCorner }: Choice): void {
  setAt(null);
  setCorner(null);
}

function choose({ corner, model, onBox, onCell, setCorner }: Choice, end: GridPlace): void {
  const isOne = corner === null || (corner.column === end.column && corner.row === end.row);
  if (isOne) onCell(end);
  else onBox(boxOf(model, corner, end));
  setCorner(null);
}

type Handlers = BoxChoice["handlers"];

function usePointer(choice: Choice): Omit<Handlers, "onKeyDown" | "onBlur"> {
  const isHeld = useRef(false);
  const { model, setAt, setCorner } = choice;
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      isHeld.current = true;
      setCorner(placeOf(event, model));
      setAt(placeOf(event, model));
    },
    onPointerMove: (event) => setAt(placeOf(event, model)),
    onPointerUp: (event) => {
      if (isHeld.current) choose(choice, placeOf(event, model));
      isHeld.current = false;
    },
    onPointerLeave: () => {
      if (!isHeld.current) leave(choice);
    },
    onPointerCancel: () => {
      isHeld.current = false;
      leave(choice);
    },
  };
}

function keyHandler(choice: Choice): Handlers["onKeyDown"] {
  return (event) => {
    const step = STEPS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined) moveBy(choice, step, event.shiftKey);
    else if (event.key === "Enter") end(choice);
    else if (event.key === "Escape") giveUp(choice);
    else return;
    event.preventDefault();
    // The page's table listens to the same keys.
    event.stopPropagation();
  };
}

type Move = readonly [column: number, row: number];

function moveBy(choice: Choice, [right, up]: Move, isLonger: boolean): void {
  const { at, corner, model, setAt, setCorner } = choice;
  const from = at ?? startOf(model);
  setCorner(isLonger ? (corner ?? from) : null);
  const to = { column: from.column + right, row: from.row + up };
  setAt(at === null ? from : within(gridOf(model), to));
}

function end(choice: Choice): void {
  if (choice.at !== null) choose(choice, choice.at);
}

function giveUp({ corner, setCorner, onBox }: Choice): void {
  if (corner === null) onBox(null);
  else setCorner(null);
}

function placeOf(event: PointerEvent<SVGSVGElement>, model: HeatModel): GridPlace {
  const { left, bottom, width, height } = event.currentTarget.getBoundingClientRect();
  return placeAt(model, (event.clientX - left) / width, (bottom - event.clientY) / height);
}

/** The keyboard begins at the newest requests. */
function startOf(model: HeatModel): GridPlace {
  const { columns, rows } = gridOf(model);
  return { column: columns - 1, row: Math.floor(rows / 2) };
}
