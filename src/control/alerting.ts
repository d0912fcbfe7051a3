// Alerts of a running weir: their files are read and watched beside the config, their rules ask its store and itself.
import { type AlertsParts, createAlerts, type Alerts } from "../alerts/alerts.ts";
import { type AskRows, createAskRows } from "../alerts/ask-rows.ts";
import { type LoadedAlerts, loadAlerts } from "../alerts/load-alerts.ts";
import type { Alert } from "../alerts/rule-state.ts";
import { type StatusFacts, StatusRows } from "../alerts/status-rows.ts";
import { formatFault } from "../config/fault.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import { StoreError } from "../store/client.ts";
import type { Panel } from "../store/panels/panel.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { DrainStats } from "../telemetry/drain.ts";
import type { InForce } from "./load-all.ts";
import type { Reloader } from "./reloader.ts";
import type { StoreLink } from "./store-link.ts";
import { type FileWatch, watchFiles } from "./watch.ts";

export interface Alerting extends Alerts {
  readonly loaded: () => LoadedAlerts;
  readonly ask: AskRows;
  /** Reads the files that the config names; what is in them holds from the next turn on. */
  readonly look: (inForce: Pick<InForce, "config">) => void;
}

export interface AlertingParts {
  readonly reloader: Pick<Reloader, "current" | "last">;
  readonly store: Pick<StoreLink, "store" | "state">;
  /** As their files are now. */
  readonly panels: () => ReadonlyMap<string, Panel>;
  readonly drain: { readonly stats: () => DrainStats };
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly instance: string;
  readonly log: Log;
}

/** Rows are stored within seconds; what is this old was held up, and an answer without it says little. */
const LONGEST_LAG_MS = 60_000;
const MOST_FAULTS = 10;

export function createAlerting(parts: AlertingParts): Alerting {
  const { reloader, panels, log, audit } = parts;
  const read = ({ alerts }: Pick<Config, "alerts">) => loadAlerts(alerts, panels(), process.env);
  let loaded = read(reloader.current().config);
  const look: Alerting["look"] = ({ config }) => {
    const before = loaded;
    loaded = read(config);
    watch.files(loaded.files);
    if (loaded.revision === before.revision) return;
    sayOf(loaded, log);
    auditReload(audit, before, loaded);
  };
  const watch: FileWatch = watchFiles(() => look(reloader.current()));
  const status = new StatusRows(() => factsOf(parts));
  const ask = createAskRows({ panels, status, store: () => storeOf(parts) });
  const alerts = createAlerts(partsOf(parts, { ask, loaded: () => loaded }));
  return {
    ...alerts,
    ask,
    look,
    loaded: () => loaded,
    start() {
      sayOf(loaded, log);
      watch.files(loaded.files);
      alerts.start();
    },
    stop() {
      watch.close();
      return alerts.stop();
    },
  };
}

function partsOf(parts: AlertingParts, own: Pick<AlertsParts, "ask" | "loaded">): AlertsParts {
  const { audit, instance, log, reloader } = parts;
  return {
    ...own,
    instance,
    log,
    blind: () => blindness(parts),
    folder: reloader.current().config.data,
    changed: (alert) => audit.writeOwn({ action: `alert_${alert.state}`, ...rowOf(alert) }),
    nowMs: Date.now,
  };
}

function storeOf({ store }: AlertingParts) {
  const there = store.store();
  if (there === null) throw new StoreError("the store is starting", null);
  return there;
}

function blindness({ store, drain }: AlertingParts): string | null {
  const { state, error } = store.state();
  if (state !== "ready") return `the store is ${state}${error === null ? "" : `: ${error}`}`;
  const { lagMs } = drain.stats();
  if (lagMs <= LONGEST_LAG_MS) return null;
  return `rows of the last ${Math.round(lagMs / 1000)} s are not stored yet`;
}

function factsOf({ reloader, store, drain }: AlertingParts): StatusFacts {
  const { config, tls } = reloader.current();
  const { pendingBytes: usedBytes, droppedRows, rejectedRows, lagMs } = drain.stats();
  const { max_bytes: maxBytes } = config.telemetry.spool;
  const { state, sinceMs } = store.state();
  return {
    certificates: tls.certificates,
    spool: { usedBytes, maxBytes, droppedRows, rejectedRows, lagMs },
    store: { isDown: state === "down", sinceMs },
    isReloaded: reloader.last()?.ok !== false,
  };
}

function sayOf({ faults }: LoadedAlerts, log: Log): void {
  if (faults.length === 0) return;
  log.error("alerts_faulty", {
    faults: faults.slice(0, MOST_FAULTS).map(formatFault),
    count: faults.length,
    kept: "all other rules hold",
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

/** What fired, for whom to look it up later: in SQL it is a row like any other. */
function rowOf({ id, rule, labels, value, annotations }: Alert) {
  const details = Object.entries({
    "audit.alert": rule,
    "audit.alert_id": id,
    "audit.severity": labels["severity"] ?? "",
    "audit.labels": JSON.stringify(labels),
    "audit.value": value === null ? "" : String(value),
    "audit.summary": annotations["summary"] ?? "",
  });
  return { errorCode: "", details: details.flat() };
}
