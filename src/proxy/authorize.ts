// The stage that asks the policy; without its Permit nothing can be forwarded.
import type { Clock } from "../core/clock.ts";
import { WeirError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { type Permit, unenforcedPermit } from "../policy/snapshot.ts";
import type { Exchange } from "./exchange.ts";
import { createPolicyErrorLog } from "./policy-error-log.ts";
import type { RoutedRequest } from "./route.ts";
import { createAskShadow } from "./shadow.ts";

/** @throws WeirError forbidden when denied, policy_error when it can't be decided: it fails closed. */
export function createAuthorize(
  clock: Clock,
  log: Log,
): (exchange: Exchange, routed: RoutedRequest) => Permit {
  const tell = createPolicyErrorLog(log, clock);
  const askShadow = createAskShadow(tell);
  return function authorize(exchange, { head }) {
    const { snapshot, record } = exchange;
    const { policy } = snapshot;
    if (policy === null) return unenforcedPermit();
    const startedNs = clock.nowNs();
    const tuple = policy.requestOf({
      identity: record.identity,
      path: head.path,
      method: head.method,
      host: head.hostName,
      scheme: head.client.scheme,
      clientAddress: head.client.address,
      headers: head.headers,
      route: record.route,
      service: record.service,
    });
    const decision = policy.snapshot.decide(tuple);
    record.authorizeNs = clock.nowNs() - startedNs;
    policy.keep(record, tuple);
    record.policyRevision = policy.snapshot.revision;
    record.decision = decision.effect;
    record.rule = decision.rule;
    record.ruleSource = decision.ruleSource;
    // The path begins with what the tuple may have kept back.
    if (record.policyReplay !== "redacted") record.rolePath = decision.rolePath;
    if (policy.shadow !== null) askShadow(policy.shadow, tuple, record);
    if (decision.permit !== null) return decision.permit;
    const members = policy.explain ? { rule: decision.rule, rule_source: decision.ruleSource } : {};
    if (decision.effect === "deny") throw new WeirError("forbidden", undefined, { members });
    const { traceId } = exchange.trace;
    tell({ policy: "enforced", decision, revision: policy.snapshot.revision, traceId });
    throw new WeirError("policy_error", decision.error, { members });
  };
}
