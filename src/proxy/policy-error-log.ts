// Tells the log of decisions that failed: each place at once, then once a minute with how many more.
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { OnceAMinute } from "../core/once-a-minute.ts";
import type { Decision } from "../policy/snapshot.ts";

/** What is said of a failure; nothing of the request but its trace. */
export interface PolicyFailure {
  /** A candidate's failures refuse nobody. */
  readonly policy: "enforced" | "candidate";
  readonly decision: Pick<Decision, "rule" | "ruleSource" | "error">;
  readonly revision: string;
  readonly traceId: string;
}

/** Rules that can fail are few. */
const MAX_PLACES = 256;

export function createPolicyErrorLog(log: Log, clock: Clock): (failure: PolicyFailure) => void {
  const places = new OnceAMinute(clock, MAX_PLACES);
  return ({ policy, decision, revision, traceId }) => {
    const place = `${policy} ${revision} ${decision.ruleSource} ${decision.error}`;
    const unsaid = places.ask(place);
    if (unsaid === null) return;
    log.error("policy_error", {
      policy,
      rule: decision.rule,
      rule_source: decision.ruleSource,
      policy_revision: revision,
      cause: decision.error,
      trace_id: traceId,
      unsaid,
    });
  };
}
