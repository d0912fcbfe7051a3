// Keeps each policy that comes into force, goes back to the one before it, and says when that is over.
import type { Fault } from "../../config/fault.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { PolicyOptions } from "../../policy/options.ts";
import { type PolicyFault, type PolicySource, revisionOf } from "../../policy/source.ts";
import type { AuditLog } from "../../telemetry/audit-log.ts";
import { checkAuthzen } from "../authzen/authzen-files.ts";
import type { InForce } from "../load-all.ts";
import type { Reloader } from "../reloader.ts";
import {
  keepPolicy,
  type KeptPolicy,
  type PolicyHistory,
  readHistory,
  writeHistory,
} from "./kept-policies.ts";
import type { CheckedPolicy } from "./policy-files.ts";
import { readPolicySource } from "./policy-source.ts";
import { checkKept, type PolicyRollback, rollbackOf } from "./rolled-back.ts";

export interface RollbackWish {
  readonly createdBy: string;
  readonly comment: string;
  /** The change must have come between them: otherwise it is not what somebody saw. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface PolicyHistoryParts {
  readonly reloader: Pick<Reloader, "current" | "change">;
  readonly audit: Pick<AuditLog, "writeOwn">;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** Characters; a policy that is larger can't be gone back to. */
const LARGEST = 64 << 20;

export class PolicyHistories {
  readonly #parts: PolicyHistoryParts;

  constructor(parts: PolicyHistoryParts) {
    this.#parts = parts;
  }

  /** Something else may be in force: keeps it. What can't be kept is said, and goes on all the same. */
  readonly took = (inForce: InForce): void => {
    try {
      this.#take(inForce);
    } catch (thrown) {
      this.#notKept(messageOf(thrown));
    }
  };

  /** The policy before this one decides once it resolves; rejects with Error that says why not. */
  readonly goBack = (wish: RollbackWish): Promise<PolicyRollback> => {
    let rollback: PolicyRollback | undefined;
    const change = async (current: InForce): Promise<InForce> => {
      const back = await this.#back(current, wish);
      ({ rollback } = back);
      return back.next;
    };
    const undo = ({ config }: InForce): void => {
      const { data } = config;
      writeHistory(data, { ...readHistory(data), rolledBack: null });
    };
    return this.#parts.reloader.change(change, undo).then(() => {
      if (rollback === undefined) throw new Error("nothing was rolled back");
      return rollback;
    });
  };

  async #back(inForce: InForce, wish: RollbackWish) {
    const { config, policy } = inForce;
    const { data, policy: options } = config;
    if (policy === null || options === null) throw new Error("no policy is in force");
    const history = readHistory(data);
    const kept = beforeOf(history, policy.revision, wish);
    const check = await checkKept({ data, kept, options }, null);
    if (!check.ok) throw unfit(check.faults);
    // What other services ask is decided by it, too.
    const asked = await checkAuthzen(config, check.policy, inForce.authzen);
    if (!asked.ok) throw unfit(asked.faults);
    const { createdBy, comment } = wish;
    const rolledBack = { atMs: this.#parts.nowMs(), createdBy, comment };
    // On disk before it holds.
    writeHistory(data, { ...history, rolledBack });
    const rollback = rollbackOf(data, policy.revision, { ...rolledBack, kept });
    return {
      rollback,
      next: { ...inForce, policy: check.policy, authzen: asked.authzen, rollback },
    };
  }

  #take({ config, policy, rollback }: InForce): void {
    if (rollback !== null) return;
    const { data, policy: options } = config;
    const before = readHistory(data);
    const { rolledBack, current } = before;
    if (rolledBack !== null) this.#sayEnd(before, policy);
    if (policy !== null && options !== null && policy.revision !== current?.revision) {
      const lastGood = rolledBack === null ? current : before.before;
      this.#keep(data, { revision: policy.revision, options }, lastGood);
    } else if (rolledBack !== null) writeHistory(data, { ...before, rolledBack: null });
  }

  #keep(data: string, { revision, options }: Coming, lastGood: KeptPolicy | null): void {
    const source = readPolicySource(options);
    const fault = keepingFault(source, revision);
    if ("message" in source || fault !== null) {
      writeHistory(data, { version: 1, current: null, before: null, rolledBack: null });
      return this.#notKept(fault ?? "");
    }
    keepPolicy(data, revision, source);
    const { context } = options;
    const current = { revision, sinceMs: this.#parts.nowMs(), context };
    writeHistory(data, { version: 1, current, before: lastGood, rolledBack: null });
  }

  #notKept(cause: string): void {
    const consequence = "nobody can go back to this policy";
    this.#parts.log.error("policy_not_kept", { cause, consequence });
  }

  #sayEnd({ current, before, rolledBack }: PolicyHistory, policy: CheckedPolicy | null): void {
    const { revision } = policy ?? { revision: "" };
    const { log, audit } = this.#parts;
    const cause =
      revision === current?.revision ? "somebody had the files read" : "the files say another";
    log.warn("policy_rollback_ended", { to: revision, cause });
    const details = Object.entries({
      "audit.from": before?.revision ?? "",
      "audit.to": revision,
      "audit.cause": cause,
      "audit.comment": rolledBack?.comment ?? "",
    });
    audit.writeOwn({ action: "policy_rollback_ended", errorCode: "", details: details.flat() });
  }
}

interface Coming {
  readonly revision: string;
  readonly options: PolicyOptions;
}

/** null: there is none. */
function keepingFault(source: PolicySource | PolicyFault, revision: string): string | null {
  if ("message" in source) return source.message;
  if (revisionOf(source) !== revision) return "its files changed meanwhile";
  const { modelText, rulesText } = source;
  return modelText.length + rulesText.length > LARGEST ? "it is too large" : null;
}

function unfit(faults: readonly Fault[]): Error {
  return new Error(`the policy before does not fit the config: ${faults[0]?.message ?? ""}`);
}

function beforeOf(
  { current, before }: PolicyHistory,
  revision: string,
  { sinceMs, untilMs }: RollbackWish,
): KeptPolicy {
  if (before === null || current?.revision !== revision) {
    throw new Error("no policy before this one is kept");
  }
  if (current.sinceMs >= sinceMs && current.sinceMs <= untilMs) return before;
  const since = new Date(current.sinceMs).toISOString();
  throw new Error(`policy ${revision} is in force since ${since}: it is not what changed`);
}
