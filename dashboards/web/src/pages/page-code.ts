// The code of each page, which is loaded when the page is first shown, or once nothing else is to be done.
import { type ComponentType, useEffect, useState } from "react";
import type { Status } from "../api.ts";
import type { PageName, Place } from "../state/place.ts";
import type { Loaded } from "../state/use-api.ts";
import { OverviewPage } from "./overview/overview-page.tsx";

export interface PageProps {
  readonly place: Place;
  readonly status: Status | null;
}

type Shown = ComponentType<PageProps>;

const LOAD: Readonly<Record<PageName, () => Promise<Shown>>> = {
  // Where most begin: it comes with the frame.
  overview: () => Promise.resolve(OverviewPage),
  map: async () => (await import("./map/map-page.tsx")).MapPage,
  boards: async () => (await import("./boards/boards-page.tsx")).BoardsPage,
  routes: async () => (await import("./routes/routes-page.tsx")).RoutesPage,
  upstreams: async () => (await import("./upstreams/upstreams-page.tsx")).UpstreamsPage,
  requests: async () => (await import("./requests/requests-page.tsx")).RequestsPage,
  tail: async () => (await import("./tail/tail-page.tsx")).TailPage,
  logs: async () => (await import("./logs/logs-page.tsx")).LogsPage,
  errors: async () => (await import("./errors/errors-page.tsx")).ErrorsPage,
  security: async () => (await import("./security/security-page.tsx")).SecurityPage,
  policy: async () => (await import("./policy/policy-page.tsx")).PolicyPage,
  alerts: async () => (await import("./alerts/alerts-page.tsx")).AlertsPage,
  sql: async () => (await import("./sql/sql-page.tsx")).SqlPage,
};

const here = new Map<PageName, Shown>([["overview", OverviewPage]]);

/** Rejects where the file is not to be had: the server is away, or of another version by now. */
export async function loadPage(name: PageName): Promise<void> {
  here.set(name, here.get(name) ?? (await LOAD[name]()));
}

/** All of them, one after the other; what does not come is asked for when it is shown. */
export async function loadOtherPages(): Promise<void> {
  for (const name of Object.keys(LOAD) as PageName[]) await loadPage(name).catch(() => undefined);
}

/** At once where it is here already. */
export function usePage(name: PageName): Loaded<Shown> {
  const [failed, setFailed] = useState<{ name: PageName; error: Error | null } | null>(null);
  useEffect(() => {
    if (here.has(name)) return;
    loadPage(name).then(
      () => setFailed({ name, error: null }),
      (error: unknown) => setFailed({ name, error: error as Error }),
    );
  }, [name]);
  const data = here.get(name) ?? null;
  const error = failed?.name === name ? failed.error : null;
  return { data, error, loadedAt: null, waiting: data === null && error === null };
}
