// Search, time range and live/pause: what counts on every page.
import type { ReactNode } from "react";
import { live } from "../state/live.ts";
import type { Place } from "../state/place.ts";
import { rangeOf } from "../state/range.ts";
import { useSignal } from "../state/signal.ts";
import { RangePicker } from "./range-picker.tsx";
import { PAGE_TITLES } from "./rail.tsx";
import { SearchBox } from "./search-box.tsx";

export function TopBar({ place }: { readonly place: Place }): ReactNode {
  return (
    <header className="bar">
      <h1 className="bar-title">{PAGE_TITLES[place.page]}</h1>
      <SearchBox />
      <div className="bar-right">
        <RangePicker params={place.params} />
        {rangeOf(place.params).until === null ? <LiveButton /> : null}
      </div>
    </header>
  );
}

function LiveButton(): ReactNode {
  const going = useSignal(live);
  const does = going ? "Pause: figures stay as they are" : "Go on: figures follow the clock";
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
