// The candidate beside the enforced policy: its newest sound version, and what is wrong with a newer one.
import type { Config } from "../../config/config.ts";
import { type Fault, formatFaults } from "../../config/fault.ts";
import type { Log } from "../../core/log.ts";
import { type CheckedPolicy, checkShadowFiles, fits, imagesOf } from "./policy-files.ts";

export interface ShadowPolicy {
  /** The newest that was sound; null while there was none. */
  readonly policy: CheckedPolicy | null;
  /** When that was loaded. */
  readonly loadedAtMs: number;
  /** Why the files as they are now are not in use; empty while they are. */
  readonly faults: readonly Fault[];
}

/** A config, and what is in use of the candidate it names; null: it names none. */
interface Before {
  readonly config: Config;
  readonly revision: string;
  readonly shadow: ShadowPolicy | null;
}

/**
 * Never throws, and a fault is nothing but a word in the answer: the enforced policy does not depend
 * on its candidate. What was in use stays then, if it still fits what the config asks of a request.
 */
export async function loadShadow(
  now: Pick<Before, "config" | "revision">,
  before: Before | null,
): Promise<ShadowPolicy | null> {
  const options = now.config.policy;
  if (options === null || options.shadow === null) return null;
  const { policy, loadedAtMs } = before?.shadow ?? NONE;
  const check = await checkShadowFiles(now.config, imagesOf(policy));
  if (check.ok) return { policy: check.policy, loadedAtMs: Date.now(), faults: [] };
  const isSame = policy === null || before?.revision === now.revision;
  const stays = isSame || fits(policy, options);
  return { ...(stays ? { policy, loadedAtMs } : NONE), faults: check.faults };
}

const NONE = { policy: null, loadedAtMs: 0 } as const;

/** Why the newest version is not asked; null where it is, or there is none. */
export function shadowFaultOf(shadow: ShadowPolicy | null): string | null {
  return shadow === null || shadow.faults.length === 0 ? null : formatFaults(shadow.faults);
}

interface Change {
  readonly before: ShadowPolicy | null;
  readonly after: ShadowPolicy | null;
}

export function sayOfShadow(log: Log, { before, after }: Change): void {
  const fault = shadowFaultOf(after);
  const revision = after?.policy?.revision ?? "none";
  if (fault !== null) log.error("shadow_refused", { fault, kept: revision });
  else if (after !== null && shadowFaultOf(before) !== null)
    log.info("shadow_mended", { revision });
}
