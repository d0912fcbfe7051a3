// Do the promises hold, what calls for somebody now, who is told and who is not, and what would have called before.
import { type ReactNode, useState } from "react";
import { type Alerts, readAlerts } from "../../alerting.ts";
import { Nothing } from "../../parts/panel.tsx";
import type { Place } from "../../state/place.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";
import { useRange } from "../../state/use-range.ts";
import { AlertsPanel } from "./alerts-panel.tsx";
import { AlertsVerdict } from "./alerts-verdict.tsx";
import { ChangesPanel } from "./changes-panel.tsx";
import { InForcePanel } from "./in-force-panel.tsx";
import { NotifiersPanel } from "./notifiers-panel.tsx";
import { ReplayPanel } from "./replay-panel.tsx";
import { RulesPanel } from "./rules-panel.tsx";
import { SilencesPanel } from "./silences-panel.tsx";
import { SlosPanel } from "./slos-panel.tsx";

const EVERY = { everyMs: 5000 } as const;

export function AlertsPage({ place }: { readonly place: Place }): ReactNode {
  const alerts = useApi("api/v1/alerts", readAlerts, EVERY);
  const hasRange = useRange(place, "24h");
  if (!hasRange || alerts.data === null) return <Nothing from={alerts} what="alerts" />;
  return <Watched alerts={alerts} data={alerts.data} place={place} />;
}

interface WatchedProps {
  readonly alerts: Loaded<Alerts>;
  readonly data: Alerts;
  readonly place: Place;
}

function Watched({ alerts, data, place }: WatchedProps): ReactNode {
  /** Matchers of a silence that is being made; null: none is. */
  const [draft, setDraft] = useState<string | null>(null);
  const replayed = data.rules.find(({ name }) => name === place.params.get("replay"));
  return (
    <>
      <AlertsVerdict alerts={data} />
      <InForcePanel alerts={alerts} />
      {data.faults.length === 0 ? null : <Faults faults={data.faults} />}
      <AlertsPanel alerts={alerts} onSilence={setDraft} />
      <SlosPanel place={place} />
      <div className="halves">
        <SilencesPanel draft={draft} onDraft={setDraft} />
        <NotifiersPanel alerts={alerts} />
      </div>
      <ChangesPanel place={place} />
      {replayed === undefined ? null : (
        <ReplayPanel key={replayed.name} rule={replayed} place={place} />
      )}
      <RulesPanel alerts={alerts} />
    </>
  );
}

function Faults({ faults }: { readonly faults: readonly string[] }): ReactNode {
  return (
    <div className="fault alone" role="alert">
      <p>This does not hold; all other rules do. What is wrong:</p>
      <pre>{faults.join("\n")}</pre>
    </div>
  );
}
