// Config and policy read and checked as one: what a start begins with and a reload replaces.
import type { Config } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import type { Log } from "../core/log.ts";
import type { SnapshotSource } from "../proxy/worker-protocol.ts";
import { type AuthzenPolicy, checkAuthzen } from "./authzen/authzen-files.ts";
import { type CheckedPolicy, checkPolicyFiles, imagesOf } from "./policy/policy-files.ts";
import { type AdminRoles, loadAdminRoles } from "./admin-roles.ts";
import { type LoadedTls, loadTls } from "./tls/tls-files.ts";
import { type KnownUsers, loadUsers } from "./users-file.ts";
import { asFilesSay, type Choose, type PolicyRollback } from "./policy/rolled-back.ts";
import { loadShadow, type ShadowPolicy } from "./policy/shadow-policy.ts";

/** What is in force. */
export interface InForce {
  readonly config: Config;
  readonly revision: string;
  readonly files: readonly string[];
  /** Key paths of the config's secrets that are no references. */
  readonly openSecrets: readonly string[];
  readonly policy: CheckedPolicy | null;
  /** null: the policy is what its files say. */
  readonly rollback: PolicyRollback | null;
  /** null: no candidate is configured. */
  readonly shadow: ShadowPolicy | null;
  /** What AuthZEN asks; null: nothing that takes its requests. */
  readonly authzen: AuthzenPolicy | null;
  readonly tls: LoadedTls;
  /** Who is known by a password; null: no users file is configured. */
  readonly users: KnownUsers | null;
  /** What each role may do on the admin side. */
  readonly roles: AdminRoles;
  readonly loadedAtMs: number;
}

export type Loaded =
  | { readonly ok: true; readonly next: InForce }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly files?: readonly string[] };

/**
 * Nothing is changed yet. A faulty candidate and a broken certificate keep weir from starting, as any
 * fault does, but where something was in force `before`, they are only told of. `choose`: whether a policy that
 * was rolled back stays so.
 */
export async function loadAll(
  load: ConfigLoader,
  before: InForce | null = null,
  choose: Choose = asFilesSay,
): Promise<Loaded> {
  const result = await load();
  if (!result.ok) return result;
  const { config, revision, files, openSecrets } = result;
  const { policy: enforced, authzen: answering, tls } = before ?? NOTHING;
  const check = await checkDeciding(config, enforced, choose);
  const shadow = await loadShadow(result, before);
  const { faults: shadowFaults } = shadow ?? NO_SHADOW;
  if (!check.ok) return { ok: false, faults: [...check.faults, ...shadowFaults], files };
  if (before === null && shadowFaults.length > 0) return { ok: false, faults: shadowFaults, files };
  const { policy, rollback } = check;
  const beside = await loadBeside(config, [policy, answering], tls);
  if (!beside.ok) return { ...beside, files };
  const { ok, ...others } = beside;
  const loadedAtMs = Date.now();
  return {
    ok,
    next: { config, revision, files, openSecrets, policy, rollback, shadow, ...others, loadedAtMs },
  };
}

/** Which policy decides: what its files say must be sound whether it does or not. */
async function checkDeciding(config: Config, enforced: CheckedPolicy | null, choose: Choose) {
  const check = await checkPolicyFiles(config, imagesOf(enforced));
  return check.ok ? choose(config, check.policy, enforced) : check;
}

/** What else a config names files for. */
async function loadBeside(config: Config, policies: Policies, tlsBefore: LoadedTls | null) {
  const asked = await checkAuthzen(config, ...policies);
  const secure = loadTls(config, tlsBefore);
  const known = loadUsers(config);
  const admin = await loadAdminRoles(config.admin);
  const faults = [asked, secure, known, admin].flatMap((each) => (each.ok ? [] : each.faults));
  if (!asked.ok || !secure.ok || !known.ok || !admin.ok) return { ok: false, faults } as const;
  const { authzen } = asked;
  return { ok: true, authzen, tls: secure.tls, users: known.users, roles: admin.roles } as const;
}

type Policies = [enforced: CheckedPolicy | null, answering: AuthzenPolicy | null];

const NO_SHADOW: Pick<ShadowPolicy, "faults"> = { faults: [] };

const NOTHING = { policy: null, authzen: null, tls: null } as const;

/** Nobody is kept from trying weir out so, but it is said. */
export function sayOfOpenSecrets(log: Log, { openSecrets: keys }: InForce): void {
  const remedy = "give references, such as ${env:NAME}, ${file:PATH} or ${exec:COMMAND}";
  if (keys.length > 0) log.warn("secret_in_config", { keys: keys.slice(0, MOST_NAMED), remedy });
}

const MOST_NAMED = 20;

/** What workers build their snapshots from. */
export function snapshotSource(
  { config, revision, policy, shadow, tls, users }: InForce,
  slots: SnapshotSource["slots"],
): SnapshotSource {
  const candidate = shadow?.policy ?? null;
  const images = { policy: policy?.image ?? null, shadow: candidate?.image ?? null };
  return {
    revision,
    config,
    ...images,
    tls: tls.server,
    upstreamTls: tls.upstreams,
    users: users?.list ?? [],
    slots,
  };
}
