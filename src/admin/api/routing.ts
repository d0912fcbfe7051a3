// GET /api/v1/services and /api/v1/routes: where requests may go, and how the endpoints do.
import { z } from "zod";
import type { EndpointDescription, ServiceDescription } from "../../balancer/describe.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, nanoseconds, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const endpointSchema = z.strictObject({
  url: z.string(),
  weight: z.number(),
  inflight: count,
  estimate_ns: nanoseconds.meta({ description: "Expected time to first byte; 0: unknown" }),
  samples: count,
  state: z.enum(["ok", "young", "ejected", "trial", "held"]).meta({
    description: "held: somebody took it out, see /api/v1/holds",
  }),
  ejected_until: time.nullable(),
  statistics_weight: z.number(),
  ok_total: count,
  failed_total: count,
});

const serviceSchema = z.strictObject({
  name: z.string(),
  balance: z.string(),
  endpoints: z.array(endpointSchema),
});

const routeSchema = z.strictObject({
  name: z.string(),
  match: z.strictObject({
    host: z.string(),
    path: z.string(),
    methods: z.array(z.string()),
    headers: z.record(z.string(), z.string()),
  }),
  service: z.string(),
  authenticate: z.array(z.string()),
});

export function servicesEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/services",
    summary: "Services with their endpoints' balancing state, over all workers",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The services", z.strictObject({ services: z.array(serviceSchema) })),
    problems: [],
    handle: () => ({ kind: "json", body: { services: parts.services().map(describeService) } }),
  });
}

export function routesEndpoint(parts: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/routes",
    summary: "Routes in the order they are matched",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("The routes", z.strictObject({ routes: z.array(routeSchema) })),
    problems: [],
    handle: () => ({ kind: "json", body: { routes: describeRoutes(parts) } }),
  });
}

function describeService({
  service,
  picker,
  endpoints,
}: ServiceDescription): z.output<typeof serviceSchema> {
  return { name: service, balance: picker, endpoints: endpoints.map(describeEndpoint) };
}

function describeEndpoint(endpoint: EndpointDescription): z.output<typeof endpointSchema> {
  const { failures_in_row: _failures, ejected_for_ns: ejectedForNs, ...rest } = endpoint;
  const ejectedUntil = ejectedForNs > 0 ? iso(Date.now() + ejectedForNs / 1e6) : null;
  return { ...rest, ejected_until: ejectedUntil };
}

function describeRoutes(parts: AdminParts): z.output<typeof routeSchema>[] {
  return parts.running().config.routes.map(({ name, match, service, authenticate }) => {
    const { host, path, methods, headers } = match;
    return {
      name,
      match: { host, path, methods: [...methods], headers: { ...headers } },
      service,
      authenticate: [...authenticate],
    };
  });
}
