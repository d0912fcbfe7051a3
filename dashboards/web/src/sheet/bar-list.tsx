// The waterfall's lines in sight: a trace may have ten thousand, and all are of one height.
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { useWindow } from "../tables/use-window.ts";
import type { PlacedBar } from "./waterfall-model.ts";

/** As in sheet.css; narrow screens have the name above its bar. */
const LINE_PX = 26;
const NARROW_LINE_PX = 48;
const NARROW = "(max-width: 760px)";

interface BarListProps {
  readonly bars: readonly PlacedBar[];
  /** Brought into sight where it is not. */
  readonly spanId: string;
  readonly children: (bar: PlacedBar) => ReactNode;
}

export function BarList({ bars, spanId, children }: BarListProps): ReactNode {
  const list = useRef<HTMLOListElement>(null);
  const linePx = window.matchMedia(NARROW).matches ? NARROW_LINE_PX : LINE_PX;
  const { from, to } = useWindow(list, bars.length, linePx);
  const current = bars.findIndex(({ id }) => id === spanId);
  useSeen(list, current * linePx, spanId);
  return (
    <ol
      ref={list}
      aria-label={`${bars.length} spans`}
      style={{ paddingTop: from * linePx, paddingBottom: (bars.length - to) * linePx }}
    >
      {bars.slice(from, to).map(children)}
    </ol>
  );
}

/** Whenever another span is looked at: far below, it would not be seen. */
function useSeen(list: RefObject<HTMLElement | null>, offsetPx: number, spanId: string): void {
  useEffect(() => {
    const scroller = list.current?.closest(".sheet-body");
    if (scroller === null || scroller === undefined || list.current === null) return;
    const frame = scroller.getBoundingClientRect();
    const top = list.current.getBoundingClientRect().top + offsetPx;
    if (top < frame.top || top > frame.bottom)
      scroller.scrollTop += top - frame.top - frame.height / 3;
    // Folding moves lines as well, but nobody looks for another then.
  }, [spanId]);
}
