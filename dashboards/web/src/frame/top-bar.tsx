// Search, time range and live/pause: what counts on every page.
import type { ReactNode } from "react";
import { live } from "../state/live.ts";
import type { PageName, Place } from "../state/place.ts";
import { rangeOf } from "../state/range.ts";
import { useSignal } from "../state/signal.ts";
import { LogSearch } from "../pages/logs/log-search.tsx";
import { RangePicker } from "./range-picker.tsx";
import { PAGE_TITLES } from "./rail.tsx";
import { SearchBox } from "./search-box.tsx";

/** What they show has no range that could be chosen. */
const RANGELESS: ReadonlySet<PageName> = new Set<PageName>(["tail", "sql"]);

export function TopBar({ place }: { readonly place: Place }): ReactNode {
  const hasRange = !RANGELESS.has(place.page);
  return (
    <header className="bar">
      <h1 className="bar-title">{PAGE_TITLES[place.page]}</h1>
      {place.page === "logs" ? <LogSearch params={place.params} /> : <SearchBox />}
      <div className="bar-right">
        {hasRange ? <RangePicker params={place.params} /> : null}
        {isLive(place) ? <LiveButton /> : null}
      </div>
    </header>
  );
}

function isLive({ page, params }: Place): boolean {
  if (RANGELESS.has(page)) return page === "tail";
  return rangeOf(params).until === null;
}

function LiveButton(): ReactNode {
  const going = useSignal(live);
  // Its own word is in what it does: whoever speaks to the page says what they see.
  const does = going
    ? "Pause what is live: figures stay as they are"
    : "Go on from paused: figures follow the clock";
  return (
    <button
      type="button"
      className="button live"
      title={does}
      aria-label={does}
      onClick={() => live.set(!going)}
    >
      <span className={going ? "live-dot" : "live-dot paused"} />
      <span>{going ? "Live" : "Paused"}</span>
    </button>
  );
}
