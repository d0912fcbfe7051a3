// Alerts of a running weir: their files are read and watched beside the config, their rules ask its store and itself.
import { type AlertsParts, createAlerts, type Alerts } from "../alerts/alerts.ts";
import { askGood } from "../alerts/ask-slo.ts";
import type { Slo } from "../alerts/rule.ts";
import type { Good } from "../alerts/slo.ts";
import { type AskRows, createAskRows } from "../alerts/ask-rows.ts";
import type { LoadedAlerts } from "../alerts/load-alerts.ts";
import type { Alert } from "../alerts/rule-state.ts";
import { type StatusFacts, StatusRows } from "../alerts/status-rows.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import type { Store } from "../store/client.ts";
import { StoreError } from "../store/store-error.ts";
import type { Panel } from "../store/panels/panel.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { DrainStats } from "../telemetry/drain.ts";
import { createActionBudget } from "./action-budget.ts";
import { createAlertActions } from "./alert-actions.ts";
import { createAlertFiles } from "./alert-files.ts";
import type { Holds } from "./holds.ts";
import type { InForce } from "./load-all.ts";
import type { PolicyHistories } from "./policy/policy-history.ts";
import type { Reloader } from "./reloader.ts";
import type { StoreLink } from "./store-link.ts";

export interface Alerting extends Alerts {
  readonly loaded: () => LoadedAlerts;
  readonly ask: AskRows;
  /** Requests of windows that end now, and the bad ones. Rejects with StoreError. */
  readonly good: (slo: Slo, windowsMs: readonly number[]) => Promise<readonly Good[]>;
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
  readonly holds: Pick<Holds, "add" | "list">;
  readonly policies: Pick<PolicyHistories, "goBack">;
  readonly instance: string;
  readonly log: Log;
}

/** Rows are stored within seconds; what is this old was held up, and an answer without it says little. */
const LONGEST_LAG_MS = 60_000;

export function createAlerting(parts: AlertingParts): Alerting {
  const { reloader, panels } = parts;
  const files = createAlertFiles(parts);
  const status = new StatusRows(() => factsOf(parts));
  const store = (): Store => storeOf(parts);
  const grainSecondsAt = (ms: number): number =>
    grainSecondsKept(reloader.current().config.retention, Date.now() - ms);
  const ask = createAskRows({ panels, status, store, grainSecondsAt });
  const alerts = createAlerts(partsOf(parts, { ask, loaded: files.current }));
  return {
    ...alerts,
    ask,
    good: (slo, windowsMs) => {
      const untilMs = Date.now();
      const windows = windowsMs.map((windowMs) => ({
        windowMs,
        leastGrainSeconds: grainSecondsAt(untilMs - windowMs),
      }));
      return askGood(storeOf(parts), slo, { untilMs, windows });
    },
    look: files.look,
    loaded: files.current,
    start() {
      files.start();
      alerts.start();
    },
    stop() {
      files.close();
      return alerts.stop();
    },
  };
}

function partsOf(parts: AlertingParts, own: Pick<AlertsParts, "ask" | "loaded">): AlertsParts {
  const { audit, instance, log, reloader } = parts;
  const { data: folder } = reloader.current().config;
  return {
    ...own,
    instance,
    log,
    blind: () => blindness(parts),
    isStarting: () => parts.store.state().state === "starting",
    folder,
    changed: (alert) => audit.writeOwn({ action: `alert_${alert.state}`, ...rowOf(alert) }),
    act: createAlertActions({
      ...parts,
      isRolledBack: () => reloader.current().rollback !== null,
      budget: createActionBudget(folder, log),
      nowMs: Date.now,
    }),
    nowMs: Date.now,
  };
}

const DAY_MS = 86_400_000;

/** Days of retention are whole days, so the last one may be gone already. */
function grainSecondsKept(retention: Config["retention"], ageMs: number): number {
  const days = ageMs / DAY_MS + 1;
  if (days <= retention.rollup_10s_days) return 10;
  return days <= retention.rollup_1m_days ? 60 : 3600;
}

function storeOf({ store }: AlertingParts): Store {
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
