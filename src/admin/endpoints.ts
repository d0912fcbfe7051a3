// Every endpoint of the admin server; the server registers this list and OpenAPI describes it.
import { loadPanels } from "../store/panels.ts";
import { healthEndpoint, readyEndpoint } from "./api/health.ts";
import { policyEndpoint } from "./api/policy.ts";
import { queryEndpoint } from "./api/query.ts";
import { reloadEndpoint } from "./api/reload.ts";
import { requestsEndpoint } from "./api/requests.ts";
import { routesEndpoint, servicesEndpoint } from "./api/routing.ts";
import { sqlEndpoint } from "./api/sql.ts";
import { statusEndpoint } from "./api/status.ts";
import { traceEndpoint } from "./api/traces.ts";
import type { Endpoint } from "./http/endpoint.ts";
import type { AdminParts } from "./parts.ts";
import { createQuestions } from "./questions.ts";

export function createEndpoints(parts: AdminParts): readonly Endpoint[] {
  const questions = createQuestions(parts);
  return [
    healthEndpoint(),
    readyEndpoint(parts),
    statusEndpoint(parts),
    servicesEndpoint(parts),
    routesEndpoint(parts),
    policyEndpoint(parts),
    queryEndpoint(loadPanels(), questions),
    requestsEndpoint(questions),
    traceEndpoint(questions),
    sqlEndpoint(questions),
    reloadEndpoint(parts),
  ];
}
