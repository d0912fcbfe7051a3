// The frame around all pages, the sheet over them, and what everybody must know above them.
import type { ReactNode } from "react";
import type { Status } from "./api.ts";
import { Banners } from "./frame/banners.tsx";
import { Chips } from "./frame/chips.tsx";
import { Rail } from "./frame/rail.tsx";
import { TokenDialog } from "./frame/token-dialog.tsx";
import { TopBar } from "./frame/top-bar.tsx";
import { AlertsPage } from "./pages/alerts/alerts-page.tsx";
import { BoardsPage } from "./pages/boards/boards-page.tsx";
import { ErrorsPage } from "./pages/errors/errors-page.tsx";
import { MapPage } from "./pages/map/map-page.tsx";
import { OverviewPage } from "./pages/overview/overview-page.tsx";
import { LineSheet } from "./pages/logs/line-sheet.tsx";
import { LogsPage } from "./pages/logs/logs-page.tsx";
import { PolicyPage } from "./pages/policy/policy-page.tsx";
import { RequestsPage } from "./pages/requests/requests-page.tsx";
import { RoutesPage } from "./pages/routes/routes-page.tsx";
import { SqlPage } from "./pages/sql/sql-page.tsx";
import { TailPage } from "./pages/tail/tail-page.tsx";
import { SecurityPage } from "./pages/security/security-page.tsx";
import { UpstreamsPage } from "./pages/upstreams/upstreams-page.tsx";
import { Palette } from "./palette/palette.tsx";
import { RequestSheet } from "./sheet/request-sheet.tsx";
import { type PageName, type Place, usePlace } from "./state/place.ts";
import { readStatus } from "./state/readers.ts";
import { useApi } from "./state/use-api.ts";

const EVERY = { everyMs: 5000, always: true } as const;

export function App(): ReactNode {
  const place = usePlace();
  const status = useApi("api/v1/status", readStatus, EVERY);
  const open = place.params.get("open");
  const line = place.params.get("line");
  return (
    <>
      <div className="frame">
        <Rail place={place} />
        <TopBar place={place} />
        <main className="main">
          <Banners status={status} />
          <Chips place={place} />
          <Page place={place} status={status.data} />
        </main>
      </div>
      {open === null ? null : <RequestSheet open={open} />}
      {line === null || open !== null ? null : <LineSheet id={line} />}
      <Palette place={place} />
      <TokenDialog />
    </>
  );
}

interface PageProps {
  readonly place: Place;
  readonly status: Status | null;
}

function Page({ place, status }: PageProps): ReactNode {
  const pages: Readonly<Record<PageName, () => ReactNode>> = {
    overview: () => <OverviewPage place={place} status={status} />,
    map: () => <MapPage place={place} status={status} />,
    boards: () => <BoardsPage place={place} />,
    routes: () => <RoutesPage place={place} />,
    upstreams: () => <UpstreamsPage place={place} />,
    requests: () => <RequestsPage place={place} status={status} />,
    tail: () => <TailPage place={place} status={status} />,
    logs: () => <LogsPage place={place} status={status} />,
    errors: () => <ErrorsPage place={place} />,
    security: () => <SecurityPage place={place} />,
    policy: () => <PolicyPage place={place} />,
    alerts: () => <AlertsPage place={place} />,
    sql: () => <SqlPage place={place} />,
  };
  return pages[place.page]();
}
