// What goes on by itself while weir runs: statistics, certificates, dashboards' files, alerts, the disk, sums, endpoints taken out, policies kept.
import { type Alerting, createAlerting } from "../control/alerting.ts";
import { createDashboardFiles, type DashboardFiles } from "../control/dashboard-files.ts";
import { createHolds, type Holds } from "../control/holds.ts";
import { createDiskWatch, type DiskWatch } from "../control/disk-watch.ts";
import type { InForce } from "../control/load-all.ts";
import { createSharedClock } from "../balancer/shared-clock.ts";
import { PolicyHistories } from "../control/policy/policy-history.ts";
import { createStatistics } from "../control/statistics.ts";
import { createSumClosing, type SumClosing } from "../control/sum-closing.ts";
import { type CertificateCare, createCertificateCare } from "../control/tls/certificate-care.ts";
import type { StatisticsPoll } from "../statistics/poll.ts";
import { readDisk } from "../store/disk-pressure.ts";
import type { Running } from "./admin-parts.ts";

export interface Watching {
  readonly statistics: StatisticsPoll;
  readonly care: CertificateCare;
  readonly dashboards: DashboardFiles;
  readonly alerting: Alerting;
  readonly disk: DiskWatch;
  readonly sums: SumClosing;
  readonly holds: Holds;
  readonly policies: PolicyHistories;
}

type WatchingParts = Pick<Running, "dataPlane" | "reloader" | "store" | "drain" | "audit" | "log">;

export function createWatching(parts: WatchingParts): Watching {
  const { dataPlane, reloader, store, log } = parts;
  const { config } = reloader.current();
  const options = () => reloader.current().config.statistics;
  const dashboards = createDashboardFiles(config.dashboards, log);
  const panels = () => dashboards.current().panels;
  const clock = createSharedClock(dataPlane.memory);
  const reweigh = (): void => void reloader.renew();
  const holds = createHolds({ ...parts, folder: config.data, clock, reweigh });
  const policies = new PolicyHistories({ ...parts, nowMs: Date.now });
  policies.took(reloader.current());
  return {
    holds,
    policies,
    dashboards,
    statistics: createStatistics({ dataPlane, store: store.store, options, log }),
    care: createCertificateCare({ reloader, nowMs: Date.now, log }),
    alerting: createAlerting({ ...parts, holds, policies, panels, instance: dataPlane.instance }),
    disk: createDiskWatch({
      ...parts,
      disk: readDisk,
      limits: () => reloader.current().config.retention,
    }),
    sums: createSumClosing(parts),
  };
}

export function startWatching({ statistics, care, alerting, disk, sums }: Watching): void {
  for (const each of [statistics, care, alerting, disk, sums]) each.start();
}

/** Another config is in force. */
export function lookAgain(watching: Watching, next: InForce): void {
  const { dashboards, care, alerting, holds, policies } = watching;
  policies.took(next);
  dashboards.use(next.config.dashboards);
  holds.look();
  for (const each of [care, alerting]) each.look(next);
}

export async function stopWatching(watching: Watching): Promise<void> {
  watching.dashboards.close();
  watching.statistics.stop();
  watching.disk.stop();
  watching.sums.stop();
  watching.holds.stop();
  await watching.care.stop();
  await watching.alerting.stop();
}
