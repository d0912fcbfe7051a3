// What a candidate policy says of a request that was decided already; only row and log hear of it.
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { RequestTuple } from "../policy/request/tuple.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import type { PolicyFailure } from "./policy-error-log.ts";

export type AskShadow = (
  shadow: PolicySnapshot,
  tuple: RequestTuple,
  record: RequestRecord,
) => void;

/** Costs its own decision, and gives no permit away: the request goes on as was decided before. */
export function createAskShadow(tell: (failure: PolicyFailure) => void): AskShadow {
  return function askShadow(shadow, tuple, record) {
    const { revision } = shadow;
    const { traceId } = record;
    const decision = shadow.decide(tuple);
    record.shadowDecision = decision.effect;
    record.shadowRule = decision.rule;
    record.shadowRuleSource = decision.ruleSource;
    record.shadowRevision = revision;
    if (decision.effect === "error") tell({ policy: "candidate", decision, revision, traceId });
  };
}
