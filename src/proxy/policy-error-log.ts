// Tells the log of decisions that failed: each place at once, then once a minute with how many more.
import type { Clock, Nanos } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Decision } from "../policy/snapshot.ts";

/** What is said of a failure; nothing of the request but its trace. */
export interface PolicyFailure {
  /** A candidate's failures refuse nobody. */
  readonly policy: "enforced" | "candidate";
  readonly decision: Pick<Decision, "rule" | "ruleSource" | "error">;
  readonly revision: string;
  readonly traceId: string;
}

const PAUSE_NS = 60e9;
/** Rules that can fail are few; beyond this many the oldest is told of anew. */
const MAX_PLACES = 256;

interface Told {
  readonly atNs: Nanos;
  unsaid: number;
}

export function createPolicyErrorLog(log: Log, clock: Clock): (failure: PolicyFailure) => void {
  const places = new Map<string, Told>();
  return ({ policy, decision, revision, traceId }) => {
    const place = `${policy} ${revision} ${decision.ruleSource} ${decision.error}`;
    const told = places.get(place);
    const nowNs = clock.nowNs();
    if (told !== undefined && nowNs - told.atNs < PAUSE_NS) {
      told.unsaid += 1;
      return;
    }
    const [oldest] = places.keys();
    if (oldest !== undefined && places.size >= MAX_PLACES) places.delete(oldest);
    places.delete(place);
    places.set(place, { atNs: nowNs, unsaid: 0 });
    log.error("policy_error", {
      policy,
      rule: decision.rule,
      rule_source: decision.ruleSource,
      policy_revision: revision,
      cause: decision.error,
      trace_id: traceId,
      unsaid: told?.unsaid ?? 0,
    });
  };
}
