// What the admin server may see and do of a running weir, as the narrow functions it asks for.
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { AdminParts } from "../admin/parts.ts";
import { describeServices } from "../balancer/describe.ts";
import { createSharedClock } from "../balancer/shared-clock.ts";
import type { Log } from "../core/log.ts";
import { packageFolder } from "../store/package-folder.ts";
import type { Config } from "../config/config.ts";
import { formatListen } from "../config/listen.ts";
import type { CaseSave, NewCase } from "../policy/cases/new-case.ts";
import type { AuditLog } from "../telemetry/audit-log.ts";
import type { Drains } from "../telemetry/drains.ts";
import type { SpanExport } from "../telemetry/export.ts";
import type { Authzen } from "../control/authzen/authzen.ts";
import type { Collector } from "../control/collector.ts";
import type { DataPlane } from "../control/data-plane.ts";
import type { PolicyExplainer } from "../control/policy/policy-explainer.ts";
import type { Revocations } from "../control/revocations.ts";
import type { Reloader } from "../control/reloader.ts";
import { saveCase } from "../control/policy/save-case.ts";
import type { Rows } from "../control/row-feed.ts";
import type { StoreLink } from "../control/store-link.ts";
import type { Watching } from "./watching.ts";

export interface Running extends Watching {
  readonly dataPlane: DataPlane;
  readonly reloader: Reloader;
  readonly store: StoreLink;
  readonly drain: Drains;
  readonly rows: Rows;
  readonly spans: SpanExport | undefined;
  readonly explainer: PolicyExplainer;
  readonly authzen: Authzen;
  readonly audit: AuditLog;
  readonly revocations: Revocations;
  readonly collector: Collector;
  readonly log: Log;
}

export function adminPartsOf(running: Running): AdminParts {
  const { dataPlane, reloader, rows, spans, explainer, authzen, log } = running;
  const { memory, shared, balanced, workers, instance } = dataPlane;
  const { nowNs } = createSharedClock(memory);
  const { listen: where, admin } = reloader.current().config;
  const home = packageFolder();
  return {
    listen: admin.listen,
    proxy: `http://${formatListen({ ...where.http, port: workers.ports.http })}`,
    audit: running.audit,
    instance,
    version: versionIn(home),
    startedAtMs: performance.timeOrigin,
    log,
    running: reloader.current,
    lastReload: reloader.last,
    reload: () => reloader.reload("api"),
    dashboards: running.dashboards.current,
    ...storePartsOf(running),
    spans: () => spans?.stats() ?? null,
    collector: running.collector.state,
    workers: () => workers.alive(),
    refusedConnections: dataPlane.refused,
    handshakeFailures: dataPlane.handshakes.failed,
    handshakeFailed: dataPlane.handshakes.adminFailed,
    ticketSecrets: dataPlane.ticketSecrets,
    services: () => describeServices({ ...balanced(), shared, nowNs: nowNs() }),
    holds: running.holds,
    rows,
    explain: explainer.explain,
    findUnused: explainer.findUnused,
    authzen,
    alerting: running.alerting,
    revocations: running.revocations,
    renewals: running.care.renewals,
    saveCase: (wanted, isDry) => savePolicyCase(reloader.current().config, wanted, isDry),
    ui: join(home, "dashboards", "web", "dist"),
  };
}

function storePartsOf({ store, drain, disk }: Running) {
  return {
    store: store.store,
    storeHealth: store.state,
    drain: drain.stats,
    signals: drain.signals,
    forgottenBytes: disk.droppedBytes,
  } satisfies Partial<AdminParts>;
}

function savePolicyCase({ policy }: Config, wanted: NewCase, isDry: boolean): CaseSave {
  if (policy !== null) return saveCase({ ...policy, isDry }, wanted);
  return { ok: false, reason: "unusable", message: "no policy is in force" };
}

function versionIn(folder: string): string {
  const text = readFileSync(join(folder, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
