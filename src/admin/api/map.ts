// GET /api/v1/map: who calls what, as nodes and edges with rate, errors and latency.
import { z } from "zod";
import { askFlows, type Flows } from "../../store/service-map/ask-flows.ts";
import {
  type Figures,
  type MapEdge,
  type MapNode,
  NODE_KINDS,
  OTHERS,
  serviceMap,
} from "../../store/service-map/service-map.ts";
import type { Slice } from "../../store/time-slices.ts";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { count, iso, json, nanoseconds, NONE, time } from "../http/schemas.ts";
import { moment, readWindow } from "../http/window.ts";
import type { Questions } from "../questions.ts";

const HOUR_MS = 3_600_000;

const door = z.record(z.string(), z.string()).nullable().meta({
  description: "Filters of /api/v1/requests that lead to its requests; null: none do",
});

const figures = {
  calls: count,
  errors: count,
  denied: count,
  p95_ns: nanoseconds.nullable(),
  trace_id: z.string().meta({ description: "A slow one of them; empty: none is known" }),
  door,
};

const nodeSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(NODE_KINDS).meta({ description: "app: a service as its own spans name it" }),
  name: z.string(),
  group: z.string().meta({
    description: "The service of a route or of an endpoint; app: a caller that is an application",
  }),
  ...figures,
});

const edgeSchema = z.strictObject({ from: z.string(), to: z.string(), ...figures });

const answerSchema = z.strictObject({
  since: time,
  until: time,
  seconds: z.number().meta({ description: "That rates are over" }),
  share: z.number().meta({
    description:
      "Of the time that callers and applications were counted in; their numbers stand for all",
  }),
  nodes: z.array(nodeSchema),
  edges: z.array(edgeSchema),
});

const text = z.string().max(1024).default("");

export function mapEndpoint({ ask }: Questions): Endpoint {
  return defineEndpoint({
    method: "get",
    path: "/api/v1/map",
    summary: "Who calls what: callers, routes, services, endpoints and applications",
    parameters: NONE,
    query: z.strictObject({
      since: moment.optional(),
      until: moment.optional(),
      service: text,
      route: text,
    }),
    body: null,
    answer: json("Nodes and edges", answerSchema),
    problems: ["store_unavailable", "busy", "query_timeout"],
    handle: async ({ query: { service, route, ...asked } }) => {
      const nowMs = Date.now();
      const { sinceMs, untilMs = nowMs } = readWindow(asked, nowMs);
      const window = { sinceMs: sinceMs ?? untilMs - HOUR_MS, untilMs };
      const flows = await ask((store) => askFlows(store, { window, service, route }));
      return { kind: "json", body: shown(flows, window) };
    },
  });
}

function shown(
  { flows, seconds, share }: Flows,
  { sinceMs, untilMs }: Slice,
): z.output<typeof answerSchema> {
  const { nodes, edges } = serviceMap(flows);
  return {
    since: iso(sinceMs),
    until: iso(untilMs),
    seconds,
    share,
    nodes: nodes.map((node) => {
      const { id, kind, name, group } = node;
      return { id, kind, name, group, ...shownFigures(node), door: doorTo([node]) };
    }),
    edges: edges.map((edge) => ({
      from: edge.from.id,
      to: edge.to.id,
      ...shownFigures(edge),
      door: doorOf(edge),
    })),
  };
}

type Shown = Omit<z.output<typeof edgeSchema>, "from" | "to" | "door">;

function shownFigures({ calls, errors, denied, p95Ns, traceId }: Figures): Shown {
  return { calls, errors, denied, p95_ns: p95Ns, trace_id: traceId };
}

type Door = z.output<typeof door>;

function doorOf({ from, to }: MapEdge): Door {
  // Requests know the endpoint they were answered by, so that tells who answered there, too.
  return to.kind === "app" && from.kind === "endpoint" ? doorTo([from]) : doorTo([from, to]);
}

/** Those that are at all of these places. */
function doorTo(nodes: readonly MapNode[]): Door {
  const doors = nodes.map(filterOf);
  if (doors.includes(null)) return null;
  return Object.assign({ kind: "request" }, ...doors) as Door;
}

function filterOf({ kind, name, group }: MapNode): Door {
  if (name === OTHERS) return null;
  if (kind === "app" || (kind === "caller" && group === "app")) return null;
  if (kind === "caller") return { principal: name };
  if (kind === "endpoint") return { service: group, upstream: name };
  return { [kind]: name };
}
