// Metrics of the traffic: rate, errors and duration by route and upstream, and what was refused.
import type { ErrorCode } from "../../core/errors.ts";
import type { EndpointDescription, ServiceDescription } from "../../balancer/describe.ts";
import { SHADOW_CHANGES } from "../../telemetry/shadow-change.ts";
import type { Labels, Metric, Samples } from "./exposition.ts";
import type { RequestCounts, RouteCounts } from "./request-counts.ts";

/** Requests that were not valid HTTP, or had more than one reading. */
const MALFORMED: readonly ErrorCode[] = [
  "malformed_request",
  "ambiguous_path",
  "bad_host",
  "uri_too_long",
  "headers_too_large",
  "expectation_failed",
  "method_not_supported",
  "version_not_supported",
];

export function trafficMetrics(counts: RequestCounts): Metric[] {
  const routes = [...counts.routes];
  return [
    {
      name: "weir_requests_total",
      help: "Requests answered, by class of status; 0xx: the client left before.",
      type: "counter",
      samples: routes.flatMap(classesOf),
    },
    {
      name: "weir_request_duration_seconds",
      help: "From the request's head to the end of the answer.",
      type: "histogram",
      samples: routes.map((route) => [labelsOf(route), route.duration]),
    },
    {
      name: "weir_upstream_duration_seconds",
      help: "Time the upstream of a request took, by the upstream that answered.",
      type: "histogram",
      samples: [...counts.upstreams].map(({ service, upstream, duration }) => [
        { service, upstream },
        duration,
      ]),
    },
    {
      name: "weir_authzen_decisions_total",
      help: "What AuthZEN asked, by what was decided; none: it was no question.",
      type: "counter",
      samples: [...counts.asked.decisions].map(([decision, value]) => [{ decision }, value]),
    },
    authentications(counts),
    ...refusals(counts, routes),
  ];
}

function labelsOf({ service, route }: RouteCounts): Labels {
  return { service, route };
}

function classesOf(route: RouteCounts): Samples["samples"] {
  return [...route.byClass].flatMap((value, digit) =>
    value === 0 ? [] : [[{ ...labelsOf(route), status: `${digit}xx` }, value] as const],
  );
}

function authentications(counts: RequestCounts): Metric {
  return {
    name: "weir_authentications_total",
    help: "Credentials shown, and missing where they are required, by method and by how it went.",
    type: "counter",
    samples: [...counts.authentications].map(({ method, outcome, count }) => [
      { method, outcome },
      count,
    ]),
  };
}

/** None where no candidate differs, or there is none. */
function shadowChangesOf({ service, route, shadow }: Shadowed): Samples["samples"] {
  return SHADOW_CHANGES.flatMap((change) =>
    shadow[change] === 0 ? [] : [[{ service, route, change }, shadow[change]] as const],
  );
}

type Shadowed = Pick<RouteCounts, "service" | "route" | "shadow">;

/** As its rows have it. */
const ASKED = { service: "", route: "authzen" };

function refusals(counts: RequestCounts, routes: readonly RouteCounts[]): Metric[] {
  const { errors, asked } = counts;
  return [
    {
      name: "weir_request_errors_total",
      help: "Requests that ended with an error of weir's catalogue, by code.",
      type: "counter",
      samples: [...errors].map(([code, value]) => [{ code }, value]),
    },
    {
      name: "weir_denied_total",
      help: "Requests the policy denied.",
      type: "counter",
      samples: routes.map((route) => [labelsOf(route), route.denied]),
    },
    ...namedRefusals(counts),
    {
      name: "weir_policy_shadow_changes_total",
      help: "Requests the candidate policy would decide otherwise, or could not decide.",
      type: "counter",
      samples: [...routes, { ...ASKED, shadow: asked.shadow }].flatMap(shadowChangesOf),
    },
    {
      name: "weir_unauthenticated_total",
      help: "Requests without credentials, or with wrong ones, where they are required.",
      type: "counter",
      samples: routes.map((route) => [labelsOf(route), route.unauthenticated]),
    },
    {
      name: "weir_malformed_total",
      help: "Requests refused because they are not valid HTTP or have more than one reading, by code.",
      type: "counter",
      samples: MALFORMED.map((code) => [{ reason: code }, errors.get(code) ?? 0]),
    },
  ];
}

function namedRefusals({ denials, limited }: RequestCounts): Metric[] {
  return [
    {
      name: "weir_policy_denials_total",
      help: "Requests the policy denied, by rule; none: no rule allowed them. Rules beyond 200 are other.",
      type: "counter",
      samples: [...denials].map(({ name, count }) => [{ rule: name }, count]),
    },
    {
      name: "weir_limited_total",
      help: "Requests refused because a limit was met, by limit.",
      type: "counter",
      samples: [...limited].map(({ name, count }) => [{ limit: name }, count]),
    },
  ];
}

type Reading = (endpoint: EndpointDescription) => number;

/** Straight from the memory the workers share, so they move even while the store is away. */
export function upstreamMetrics(services: readonly ServiceDescription[]): Metric[] {
  const gauge = (name: string, help: string, read: Reading): Metric => ({
    name: `weir_upstream_${name}`,
    help,
    type: "gauge",
    samples: eachEndpoint(services, (endpoint, labels) => [[labels, read(endpoint)]]),
  });
  return [
    {
      name: "weir_upstream_attempts_total",
      help: "Attempts at an upstream, retries and all, by how they went.",
      type: "counter",
      samples: eachEndpoint(services, (endpoint, labels) => [
        [{ ...labels, outcome: "ok" }, endpoint.ok_total],
        [{ ...labels, outcome: "failed" }, endpoint.failed_total],
      ]),
    },
    gauge("inflight", "Attempts in flight.", ({ inflight }) => inflight),
    gauge("estimate_seconds", "Expected time to first byte.", (one) => one.estimate_ns / 1e9),
    gauge("ejected", "1 while it is ejected or on trial.", ({ state }) =>
      state === "ejected" || state === "trial" ? 1 : 0,
    ),
    gauge("statistics_weight", "Weight from statistics.", (one) => one.statistics_weight),
  ];
}

type EndpointSamples = (endpoint: EndpointDescription, labels: Labels) => Samples["samples"];

function eachEndpoint(
  services: readonly ServiceDescription[],
  samplesOf: EndpointSamples,
): Samples["samples"] {
  return services.flatMap(({ service, endpoints }) =>
    endpoints.flatMap((endpoint) => samplesOf(endpoint, { service, upstream: endpoint.url })),
  );
}
