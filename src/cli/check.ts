// `weir check`: reads a config as `weir run` would, and says everything that is wrong with it.
import { Command } from "commander";
import { formatFaults } from "../config/fault.ts";
import { loadConfig } from "../config/load.ts";
import { type Loaded, loadAll } from "../control/load-all.ts";
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
      const faults = loaded.ok ? loadDashboards(loaded.next.config.dashboards).faults : [];
      const checked = { loaded, dashboards: faults };
      process.stdout.write(`${json ? asJson(file, checked) : asText(file, checked)}\n`);
      if (faults.length > 0) process.exitCode = EXIT_FINDING;
      if (!loaded.ok) process.exitCode = EXIT_BAD_CONFIG;
    });
}

interface Checked {
  readonly loaded: Loaded;
  readonly dashboards: readonly DashboardFault[];
}

function asText(file: string, { loaded, dashboards }: Checked): string {
  if (!loaded.ok) return formatFaults(loaded.faults);
  const { config, revision, openSecrets, policy, shadow, authzen, users } = loaded.next;
  const parts = [
    count(Object.keys(config.services).length, "service"),
    count(config.routes.length, "route"),
    count(config.identity.keys.length, "key"),
    ...(users === null ? [] : [count(users.list.length, "user")]),
    policy === null ? "no policy: nothing is enforced" : `policy of ${count(policy.rules, "rule")}`,
    ...(shadow?.policy ? [`candidate of ${count(shadow.policy.rules, "rule")}`] : []),
    ...(authzen?.isEnforced === false
      ? [`AuthZEN policy of ${count(authzen.image.rules, "rule")}`]
      : []),
  ];
  const told = openSecrets.map((key) => `\n${file}: ${key}: a secret; give a reference instead`);
  const wrong = dashboards.length === 0 ? "" : `\n${faultLines(dashboards, dashboards.length)}`;
  return `${file}: ok, revision ${revision}: ${parts.join(", ")}${told.join("")}${wrong}`;
}

function asJson(file: string, { loaded, dashboards }: Checked): string {
  if (loaded.ok) {
    const { revision, openSecrets, policy, shadow } = loaded.next;
    return JSON.stringify({
      ok: dashboards.length === 0,
      file,
      revision,
      policy_revision: policy?.revision ?? null,
      shadow_revision: shadow?.policy?.revision ?? null,
      faults: dashboards.map((fault) => ({ ...fault, key_path: "dashboards" })),
      open_secrets: openSecrets,
    });
  }
  const faults = loaded.faults.map(({ keyPath, ...fault }) => ({ ...fault, key_path: keyPath }));
  const revisions = { revision: null, policy_revision: null, shadow_revision: null };
  return JSON.stringify({ ok: false, file, ...revisions, faults });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
