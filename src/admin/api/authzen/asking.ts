// What all AuthZEN endpoints do: find the policy, record what is asked, say what was decided.
import type { IncomingMessage } from "node:http";
import type { AuthzenCall } from "../../../policy/authzen/call.ts";
import type { DecisionPoint } from "../../../policy/authzen/decision-point.ts";
import type { AuthzenRequest } from "../../../policy/authzen/request.ts";
import { Problem, type ProblemCode } from "../../http/problem.ts";
import type { AdminParts } from "../../parts.ts";
import type { DecisionBody } from "./schemas.ts";

export const AUTHZEN_PROBLEMS: readonly ProblemCode[] = ["no_policy", "not_recorded"];

/** Throws Problem where no policy takes AuthZEN's requests. */
export async function pointOf({ authzen }: AdminParts): Promise<DecisionPoint> {
  const point = await authzen.point();
  if (point !== null) return point;
  throw new Problem(
    "no_policy",
    "no policy takes these requests; policy.authzen.request of the config says what fills its r",
  );
}

/** Throws Problem where a decision would go unrecorded. */
export async function openCall(parts: AdminParts, request: IncomingMessage): Promise<AuthzenCall> {
  const point = await pointOf(parts);
  const { rawHeaders, headers, socket, url = "" } = request;
  const facts = {
    path: url.split("?")[0] ?? "",
    host: headers.host ?? "",
    rawHeaders,
    clientAddress: socket.remoteAddress ?? "",
  };
  const call = parts.authzen.open(facts, point);
  if (call === null) throw notRecorded();
  return call;
}

export function writeCall(call: AuthzenCall): void {
  if (!call.write()) throw notRecorded();
}

function notRecorded(): Problem {
  return new Problem("not_recorded", "its row can't be kept; see weir's log", {
    headers: { "retry-after": "1" },
  });
}

/** Never the policy's own words, but for the rule where the config allows to name it. */
export function decided(
  call: AuthzenCall,
  request: AuthzenRequest,
  explain: boolean,
): DecisionBody & { readonly context: object } {
  const { decision, revision } = call.decide(request);
  const { effect, rule, ruleSource } = decision;
  return {
    decision: effect === "allow",
    context: {
      revision,
      trace_id: call.traceId,
      ...(explain && rule !== "" ? { rule, rule_source: ruleSource } : {}),
      ...(effect === "error" ? { reason: "policy_error" } : {}),
    },
  };
}

export function isExplaining({ running }: AdminParts): boolean {
  return running().config.policy?.explain ?? false;
}
