// `weir check`: reads a config as `weir run` would, and says everything that is wrong with it.
import { Command } from "commander";
import { type LoadedAlerts, loadAlerts } from "../alerts/load-alerts.ts";
import { type Fault, formatFaults } from "../config/fault.ts";
import { loadConfig } from "../config/load.ts";
import { type InForce, type Loaded, loadAll } from "../control/load-all.ts";
import { faultLines, loadDashboards } from "../store/dashboards.ts";
import type { DashboardFault } from "../store/panels/panel.ts";

const EXIT_FINDING = 1;
const EXIT_BAD_CONFIG = 2;

interface CheckOptions {
  readonly config: string;
  readonly json?: true;
}

/**
 * Prints faults or one line of summary to standard output; exit code 2 or 0. Faults of panels and boards
 * stand below the summary, for weir starts without these: exit code 1.
 */
export function checkCommand(): Command {
  return new Command("check")
    .description("check a config and its policy, and start nothing")
    .option("-c, --config <file>", "the config", "weir.yaml")
    .option("--json", "print JSON")
    .action(async ({ config: file, json }: CheckOptions) => {
      const loaded = await loadAll(() => loadConfig(file, process.env));
      const checked = { loaded, ...besideOf(loaded) };
      process.stdout.write(`${json ? asJson(file, checked) : asText(file, checked)}\n`);
      if (hasFindings(checked)) process.exitCode = EXIT_FINDING;
      if (!loaded.ok) process.exitCode = EXIT_BAD_CONFIG;
    });
}

interface Beside {
  readonly dashboards: readonly DashboardFault[];
  /** null where none are configured, or the config itself is unsound. */
  readonly alerts: LoadedAlerts | null;
}

interface Checked extends Beside {
  readonly loaded: Loaded;
}

/** What a running weir goes on without. */
function besideOf(loaded: Loaded): Beside {
  if (!loaded.ok) return { dashboards: [], alerts: null };
  const { dashboards: folder, alerts, routes: all } = loaded.next.config;
  const { panels, faults } = loadDashboards(folder);
  const routes = all.map(({ name }) => name);
  return {
    dashboards: faults,
    alerts: alerts === "" ? null : loadAlerts(alerts, { panels, routes, env: process.env }),
  };
}

function hasFindings({ dashboards, alerts }: Beside): boolean {
  return dashboards.length > 0 || (alerts?.faults.length ?? 0) > 0;
}

function asText(file: string, { loaded, ...beside }: Checked): string {
  if (!loaded.ok) return formatFaults(loaded.faults);
  const { revision, openSecrets } = loaded.next;
  const told = openSecrets.map((key) => `${file}: ${key}: a secret; give a reference instead`);
  const { dashboards, alerts } = beside;
  const wrong = [faultLines(dashboards, dashboards.length), formatFaults(alerts?.faults ?? [])];
  const parts = partsOf(loaded.next, beside).join(", ");
  const lines = [`${file}: ok, revision ${revision}: ${parts}`, ...told, ...wrong];
  return lines.filter((line) => line !== "").join("\n");
}

function partsOf(
  { config, policy, shadow, authzen, users }: InForce,
  { alerts }: Beside,
): string[] {
  return [
    count(Object.keys(config.services).length, "service"),
    count(config.routes.length, "route"),
    count(config.identity.keys.length, "key"),
    ...(users === null ? [] : [count(users.list.length, "user")]),
    policy === null ? "no policy: nothing is enforced" : `policy of ${count(policy.rules, "rule")}`,
    ...(shadow?.policy ? [`candidate of ${count(shadow.policy.rules, "rule")}`] : []),
    ...(authzen?.isEnforced === false
      ? [`AuthZEN policy of ${count(authzen.image.rules, "rule")}`]
      : []),
    ...(alerts === null ? [] : [count(alerts.rules.length, "alert rule")]),
  ];
}

function asJson(file: string, { loaded, dashboards, alerts }: Checked): string {
  if (loaded.ok) {
    const { revision, openSecrets, policy, shadow } = loaded.next;
    return JSON.stringify({
      ok: !hasFindings({ dashboards, alerts }),
      file,
      revision,
      policy_revision: policy?.revision ?? null,
      shadow_revision: shadow?.policy?.revision ?? null,
      faults: [
        ...dashboards.map((fault) => ({ ...fault, key_path: "dashboards" })),
        ...(alerts?.faults ?? []).map(jsonOf),
      ],
      open_secrets: openSecrets,
    });
  }
  const faults = loaded.faults.map(jsonOf);
  const revisions = { revision: null, policy_revision: null, shadow_revision: null };
  return JSON.stringify({ ok: false, file, ...revisions, faults });
}

function jsonOf({ keyPath, ...fault }: Fault): object {
  return { ...fault, key_path: keyPath };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
