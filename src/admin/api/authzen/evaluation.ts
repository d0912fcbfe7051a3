// POST /access/v1/evaluation: may this subject do this to this resource (AuthZEN section 6)?
import { defineEndpoint, type Endpoint } from "../../http/endpoint.ts";
import { Problem } from "../../http/problem.ts";
import { json, NONE } from "../../http/schemas.ts";
import type { AdminParts } from "../../parts.ts";
import { AUTHZEN_PROBLEMS, decided, isExplaining, openCall, writeCall } from "./asking.ts";
import { decisionSchema, evaluationSchema, requestOf } from "./schemas.ts";

export function evaluationEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/access/v1/evaluation",
    summary: "AuthZEN: a decision",
    binding: "authzen",
    parameters: NONE,
    query: NONE,
    body: evaluationSchema,
    answer: json("The decision", decisionSchema),
    problems: AUTHZEN_PROBLEMS,
    handle: async ({ body, request }) => {
      const asked = requestOf(body);
      if (typeof asked === "string") throw new Problem("bad_body", asked);
      const call = await openCall(parts, request);
      const answer = decided(call, asked, isExplaining(parts));
      writeCall(call);
      const headers = { traceresponse: call.traceresponse };
      return { kind: "json", body: { ...answer }, headers };
    },
  });
}
