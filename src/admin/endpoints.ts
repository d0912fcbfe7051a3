// Every endpoint of the admin server; the server registers this list and OpenAPI describes it.
import { alertLooksEndpoint } from "./api/alert-looks.ts";
import { alertsEndpoint } from "./api/alerts.ts";
import { evaluationEndpoint } from "./api/authzen/evaluation.ts";
import { evaluationsEndpoint } from "./api/authzen/evaluations.ts";
import { logExportEndpoint } from "./api/logs/export.ts";
import { lineEndpoint, linesEndpoint } from "./api/logs/lines.ts";
import { logPatternsEndpoint } from "./api/logs/patterns.ts";
import { logSummaryEndpoint } from "./api/logs/summary.ts";
import { metadataEndpoint } from "./api/authzen/metadata.ts";
import { searchEndpoints } from "./api/authzen/search.ts";
import { boardEndpoints } from "./api/boards.ts";
import { differencesEndpoint } from "./api/differences.ts";
import { healthEndpoint, readyEndpoint } from "./api/health.ts";
import { holdEndpoints } from "./api/holds.ts";
import { mapEndpoint } from "./api/map.ts";
import { metricsEndpoint } from "./api/metrics.ts";
import { openApiEndpoint } from "./api/openapi.ts";
import { policyEndpoint } from "./api/policy.ts";
import { policyExplainEndpoint } from "./api/policy-explain.ts";
import { policyCasesEndpoint } from "./api/policy-cases.ts";
import { policyUnusedEndpoint } from "./api/policy-unused.ts";
import { queryEndpoint } from "./api/query.ts";
import { recordedEndpoint } from "./api/recorded.ts";
import { reloadEndpoint } from "./api/reload.ts";
import { requestsEndpoint } from "./api/requests.ts";
import { requestsExportEndpoint } from "./api/requests-export.ts";
import { revealEndpoint } from "./api/reveal.ts";
import { revocationEndpoints } from "./api/revocations.ts";
import { routesEndpoint, servicesEndpoint } from "./api/routing.ts";
import { silenceEndpoints } from "./api/silences.ts";
import { slosEndpoint } from "./api/slos.ts";
import { sqlEndpoint } from "./api/sql.ts";
import { statusEndpoint } from "./api/status.ts";
import { streamEndpoint } from "./api/stream.ts";
import { traceEndpoint } from "./api/traces.ts";
import type { Endpoint } from "./http/endpoint.ts";
import type { Refusals } from "./http/refusals.ts";
import type { RequestCounts } from "./metrics/request-counts.ts";
import type { AdminParts } from "./parts.ts";
import { createQuestions, type Questions } from "./questions.ts";
import type { Tail } from "./tail/tail.ts";

/** What endpoints keep between requests. */
export interface Live {
  readonly counts: RequestCounts;
  readonly tail: Tail;
  readonly refusals: Pick<Refusals, "counts">;
}

export function createEndpoints(parts: AdminParts, { tail, ...live }: Live): readonly Endpoint[] {
  const questions = createQuestions(parts);
  const endpoints = [
    healthEndpoint(),
    readyEndpoint(parts),
    metricsEndpoint(parts, live),
    statusEndpoint(parts),
    servicesEndpoint(parts),
    routesEndpoint(parts),
    ...holdEndpoints(parts),
    policyEndpoint(parts),
    policyExplainEndpoint(parts, questions),
    policyCasesEndpoint(parts, questions),
    policyUnusedEndpoint(parts, questions),
    recordedEndpoint(questions),
    queryEndpoint(parts, questions),
    ...boardEndpoints(parts),
    streamEndpoint(tail),
    ...recordEndpoints(questions),
    reloadEndpoint(parts),
    ...revocationEndpoints(parts),
    alertsEndpoint(parts),
    alertLooksEndpoint(parts, questions),
    slosEndpoint(parts, questions),
    ...silenceEndpoints(parts),
    evaluationEndpoint(parts),
    evaluationsEndpoint(parts),
    ...searchEndpoints(parts),
    metadataEndpoint(parts),
  ];
  return [...endpoints, openApiEndpoint(endpoints, parts.version)];
}

/** Those that read what is kept of requests, spans and lines. */
function recordEndpoints(questions: Questions): readonly Endpoint[] {
  return [
    requestsEndpoint(questions),
    requestsExportEndpoint(questions),
    differencesEndpoint(questions),
    mapEndpoint(questions),
    traceEndpoint(questions),
    linesEndpoint(questions),
    logSummaryEndpoint(questions),
    logPatternsEndpoint(questions),
    logExportEndpoint(questions),
    lineEndpoint(questions),
    revealEndpoint(questions),
    sqlEndpoint(questions),
  ];
}
