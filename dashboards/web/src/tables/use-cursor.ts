// The row cursor of a page's main table: j and k move it, Enter opens, Escape leaves it.
import { useEffect, useState } from "react";
import { isTyping } from "../state/keys.ts";

export interface CursorOptions {
  readonly length: number;
  /** Only one table a page listens to the keyboard. */
  readonly enabled: boolean;
  readonly onOpen: (index: number) => void;
  /** Moving opens at once: the sheet is there already. */
  readonly follow: boolean;
}

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

export function useCursor({ length, enabled, onOpen, follow }: CursorOptions): number {
  const [cursor, setCursor] = useState(-1);
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || hasModifier(event)) return;
      const step = STEPS[event.key];
      if (event.key === "Enter" && cursor >= 0 && onBody(event)) onOpen(cursor);
      else if (step !== undefined && length > 0) {
        event.preventDefault();
        const next = Math.min(length - 1, Math.max(0, cursor + step));
        setCursor(next);
        if (follow) onOpen(next);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [cursor, enabled, follow, length, onOpen]);
  return Math.min(cursor, length - 1);
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Enter on a focused link or button is that link's. */
function onBody(event: KeyboardEvent): boolean {
  return !(event.target instanceof Element && event.target.closest("a, button") !== null);
}
