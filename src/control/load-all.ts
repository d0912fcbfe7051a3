// Config and policy read and checked as one: what a start begins with and a reload replaces.
import type { Config } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { ConfigLoader } from "../config/load-result.ts";
import type { SnapshotSource } from "../proxy/worker-protocol.ts";
import { type CheckedPolicy, checkPolicyFiles } from "./policy-files.ts";

/** What is in force. */
export interface InForce {
  readonly config: Config;
  readonly revision: string;
  readonly files: readonly string[];
  readonly policy: CheckedPolicy | null;
  readonly loadedAtMs: number;
}

export type Loaded =
  | { readonly ok: true; readonly next: InForce }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly files?: readonly string[] };

/** Nothing is changed yet. */
export async function loadAll(load: ConfigLoader): Promise<Loaded> {
  const result = await load();
  if (!result.ok) return result;
  const policy = await checkPolicyFiles(result.config);
  const { config, revision, files } = result;
  if (!policy.ok) return { ...policy, files };
  return {
    ok: true,
    next: { config, revision, files, policy: policy.policy, loadedAtMs: Date.now() },
  };
}

/** What workers build their snapshots from. */
export function snapshotSource(
  { config, revision, policy }: InForce,
  slots: SnapshotSource["slots"],
): SnapshotSource {
  // The policy's revision is part of the name: a worker tells one publication from another by it.
  const name = policy === null ? revision : `${revision}-${policy.revision}`;
  return { revision: name, config, policy: policy?.source ?? null, slots };
}
