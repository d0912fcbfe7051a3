// The pages there are, and the theme; a bottom bar on narrow screens.
import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import { carried } from "../state/filters.ts";
import { hrefOf, type PageName, PAGES, type Place } from "../state/place.ts";
import { useSignal } from "../state/signal.ts";
import { theme, toggleTheme } from "../state/theme.ts";

export const PAGE_TITLES: Readonly<Record<PageName, string>> = {
  overview: "Overview",
  map: "Map",
  boards: "Boards",
  routes: "Routes",
  upstreams: "Upstreams",
  requests: "Requests",
  tail: "Tail",
  logs: "Logs",
  errors: "Errors",
  security: "Security",
  policy: "Policy",
  alerts: "SLOs & Alerts",
  sql: "SQL",
};

export function Rail({ place }: { readonly place: Place }): ReactNode {
  const colours = useSignal(theme);
  const other = colours === "dark" ? "light" : "dark";
  const links = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const current = links.current?.querySelector('[aria-current="page"]');
    current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [place.page]);
  return (
    <nav className="rail" aria-label="Pages">
      <span className="rail-mark" title="weir">
        <Icon name="mark" size={24} />
      </span>
      <div ref={links} className="rail-links">
        {PAGES.map((page) => (
          <a
            key={page}
            className="rail-link"
            href={hrefOf(page, carried(place.params))}
            aria-current={page === place.page ? "page" : undefined}
          >
            <Icon name={page} size={20} />
            {PAGE_TITLES[page]}
          </a>
        ))}
      </div>
      <div className="rail-foot">
        <button type="button" className="rail-link" onClick={toggleTheme}>
          <Icon name={other === "dark" ? "moon" : "sun"} size={20} />
          {other === "dark" ? "Dark" : "Light"}
        </button>
      </div>
    </nav>
  );
}
