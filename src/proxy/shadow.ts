// What a candidate policy says of a request that was decided already; only the row hears of it.
import type { PolicySnapshot } from "../policy/snapshot.ts";
import type { RequestTuple } from "../policy/tuple.ts";
import type { RequestRecord } from "../telemetry/record.ts";

/** Costs its own decision, and gives no permit away: the request goes on as was decided before. */
export function askShadow(
  shadow: PolicySnapshot,
  tuple: RequestTuple,
  record: RequestRecord,
): void {
  const { effect, rule, ruleSource } = shadow.decide(tuple);
  record.shadowDecision = effect;
  record.shadowRule = rule;
  record.shadowRuleSource = ruleSource;
  record.shadowRevision = shadow.revision;
}
