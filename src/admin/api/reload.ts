// POST /api/v1/reload: reads config and policy again; what is wrong is refused whole.
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { json, NONE } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";
import { reloadOf, reloadSchema } from "./status.ts";

export function reloadEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: "/api/v1/reload",
    summary: "Read config and policy again",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("It is in force", reloadSchema),
    problems: ["reload_refused", "not_recorded"],
    audit: () => "reload",
    auditDetails: ({ before, after, changed = [] }) =>
      Object.entries({
        "audit.cause": "api",
        "audit.before": String(before),
        "audit.after": String(after),
        "audit.changed": String(changed),
      }).flat(),
    handle: async () => {
      const body = reloadOf(await parts.reload());
      if (body.ok) return { kind: "json", body };
      throw new Problem("reload_refused", body.fault ?? "", { members: body });
    },
  });
}
