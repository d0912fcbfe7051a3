// Which rows of a long list are in sight: only these are drawn. All rows are of one height.
import { type RefObject, useEffect, useState } from "react";

export interface RowWindow {
  /** Rows to draw: from, and up to but without. */
  readonly from: number;
  readonly to: number;
}

/** Drawn beyond both ends, so that a quick scroll shows no blank. */
const SPARE = 12;

export function useWindow(
  host: RefObject<HTMLElement | null>,
  rows: number,
  rowHeight: number,
): RowWindow {
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const look = (): void => setSeen({ top: element.scrollTop, height: element.clientHeight });
    look();
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [host]);
  const from = Math.max(0, Math.floor(seen.top / rowHeight) - SPARE);
  const to = Math.min(rows, Math.ceil((seen.top + seen.height) / rowHeight) + SPARE);
  return { from: Math.min(from, to), to };
}
