// Which rows of a long list are in sight: only these are drawn, however many there are.
import { type RefObject, useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Drawn beyond what is in sight, so that a fast hand meets no gap. */
const SPARE_ROWS = 12;
/** Places are told to half of these, so that not every step draws anew. */
const STEP_ROWS = 6;

export interface RowWindow {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Rows of `list` are all `rowPx` high, wherever it scrolls. */
export function useWindow(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
): RowWindow {
  const [from, setFrom] = useState(0);
  const [height, setHeight] = useState(() => window.innerHeight);
  useEffect(() => {
    const look = (): void => {
      const top = -(list.current?.getBoundingClientRect().top ?? 0);
      const first = Math.floor(Math.max(0, top) / rowPx / STEP_ROWS) * STEP_ROWS;
      setFrom(Math.max(0, first - SPARE_ROWS));
      setHeight(window.innerHeight);
    };
    look();
    // In the frame that shows the new place: later, a fast hand meets a gap.
    const follow = (): void => flushSync(look);
    // Capture: scrolling does not bubble, and it is not known which ancestor scrolls.
    const options = { capture: true, passive: true } as const;
    document.addEventListener("scroll", follow, options);
    window.addEventListener("resize", look);
    return () => {
      document.removeEventListener("scroll", follow, options);
      window.removeEventListener("resize", look);
    };
  }, [list, count, rowPx]);
  const rows = Math.ceil(height / rowPx) + STEP_ROWS + 2 * SPARE_ROWS;
  const start = Math.min(from, Math.max(0, count - rows));
  return { from: start, to: Math.min(count, start + rows) };
}
