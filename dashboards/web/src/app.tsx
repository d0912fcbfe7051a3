// The frame around all pages, the sheet over them, and what everybody must know above them.
import type { ReactNode } from "react";
import { Banners } from "./frame/banners.tsx";
import { Chips } from "./frame/chips.tsx";
import { Rail } from "./frame/rail.tsx";
import { TokenDialog } from "./frame/token-dialog.tsx";
import { TopBar } from "./frame/top-bar.tsx";
import { type PageProps, usePage } from "./pages/page-code.ts";
import { LineSheet } from "./pages/logs/line-sheet.tsx";
import { Palette } from "./palette/palette.tsx";
import { Nothing } from "./parts/panel.tsx";
import { RequestSheet } from "./sheet/request-sheet.tsx";
import { usePlace } from "./state/place.ts";
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

function Page(props: PageProps): ReactNode {
  const code = usePage(props.place.page);
  const Shown = code.data;
  return Shown === null ? <Nothing from={code} what="this page" /> : <Shown {...props} />;
}
