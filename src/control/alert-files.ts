// Files of alerts as they are now: read anew where they change, and what is wrong with them told.
import { type LoadedAlerts, loadAlerts } from "../alerts/load-alerts.ts";
import type { Config } from "../config/config.ts";
import { formatFault } from "../config/fault.ts";
import type { Log } from "../core/log.ts";
import type { Panel } from "../store/panels/panel.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { InForce } from "./load-all.ts";
import type { Reloader } from "./reloader.ts";
import { type FileWatch, watchFiles } from "./watch.ts";

interface AlertFiles {
  readonly current: () => LoadedAlerts;
  /** Reads the files that the config names; what is in them holds from the next turn on. */
  readonly look: (inForce: Pick<InForce, "config">) => void;
  readonly start: () => void;
  readonly close: () => void;
}

interface AlertFilesParts {
  readonly reloader: Pick<Reloader, "current">;
  readonly panels: () => ReadonlyMap<string, Panel>;
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly log: Log;
}

const MOST_FAULTS = 10;

export function createAlertFiles({ reloader, panels, audit, log }: AlertFilesParts): AlertFiles {
  const read = ({ alerts, routes }: Config, before?: LoadedAlerts): LoadedAlerts => {
    const names = routes.map(({ name }) => name);
    const context = { panels: panels(), routes: names, env: process.env };
    return loadAlerts(alerts, before === undefined ? context : { ...context, before });
  };
  let current = read(reloader.current().config);
  const look: AlertFiles["look"] = ({ config }) => {
    const before = current;
    current = read(config, before);
    watch.files(current.files);
    if (current.revision === before.revision) return;
    sayOf(current, log);
    auditReload(audit, before, current);
  };
  const watch: FileWatch = watchFiles(() => look(reloader.current()));
  return {
    current: () => current,
    look,
    start() {
      sayOf(current, log);
      watch.files(current.files);
    },
    close: () => watch.close(),
  };
}

function sayOf({ faults }: LoadedAlerts, log: Log): void {
  if (faults.length === 0) return;
  log.error("alerts_faulty", {
    faults: faults.slice(0, MOST_FAULTS).map(formatFault),
    count: faults.length,
    kept: "all other rules, and of these what was sound before",
  });
}

function auditReload(
  audit: Pick<AuditLog, "writeOwn">,
  before: LoadedAlerts,
  { revision, faults }: LoadedAlerts,
): void {
  const [first] = faults;
  audit.writeOwn({
    action: "reload_alerts",
    errorCode: first === undefined ? "" : "alerts_faulty",
    details: Object.entries({
      "audit.before": before.revision,
      "audit.after": revision,
      ...(first === undefined ? {} : { "audit.fault": formatFault(first).slice(0, 500) }),
    }).flat(),
  });
}
