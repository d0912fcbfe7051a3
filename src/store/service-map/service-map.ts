// Who calls what, as nodes and edges: flows counted by the store, merged and bounded; pure.

/** From left to right as calls go. "app": a service as its own spans name it. */
export const NODE_KINDS = ["caller", "route", "service", "endpoint", "app"] as const;
type NodeKind = (typeof NODE_KINDS)[number];

export interface Place {
  readonly kind: NodeKind;
  readonly name: string;
  /** What it belongs to: the service of a route or of an endpoint, "app" of an application that calls. */
  readonly group: string;
}

interface Counted {
  readonly calls: number;
  readonly errors: number;
  readonly denied: number;
}

/** Calls from one place to another. Bucket b counts durations of 2^(b/8) up to 2^((b+1)/8) ns. */
export interface Flow extends Counted {
  readonly from: Place;
  /** null: it went no further. */
  readonly to: Place | null;
  readonly buckets: ReadonlyMap<number, number>;
  /** The slowest of them; empty: none is known. */
  readonly traceId: string;
}

export interface Figures extends Counted {
  readonly p95Ns: number | null;
  readonly traceId: string;
}

export interface MapNode extends Place, Figures {
  readonly id: string;
}

export interface MapEdge extends Figures {
  readonly from: MapNode;
  readonly to: MapNode;
}

interface ServiceMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** What is beyond these is one node. */
export const MOST_NODES: Readonly<Record<NodeKind, number>> = {
  caller: 12,
  route: 24,
  service: 16,
  endpoint: 32,
  app: 16,
};
export const OTHERS = "(other)";

/** Nodes and edges in an order of their own that calls do not change. */
export function serviceMap(flows: readonly Flow[]): ServiceMap {
  const folded = fold(telling(flows));
  const ids = new Map(folded.flatMap(placesOf).map((place) => [idOf(place), place]));
  const nodes = [...ids].map(([id, place]) => ({
    id,
    ...place,
    ...figuresOf(flowsAt(folded, id)),
  }));
  nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const joined = Map.groupBy(
    folded,
    ({ from, to }) => `${idOf(from)}\n${to === null ? "" : idOf(to)}`,
  );
  const edges = [...joined].flatMap(([key, all]) => {
    const [from, to] = key.split("\n").map((id) => byId.get(id));
    return from === undefined || to === undefined ? [] : [{ from, to, ...figuresOf(all) }];
  });
  edges.sort((a, b) => (edgeKey(a) < edgeKey(b) ? -1 : 1));
  return { nodes, edges };
}

/** Those of `further` that begin where one of `first` ends, or where one of themselves does. */
export function onward(first: readonly Flow[], further: readonly Flow[]): readonly Flow[] {
  const reached = new Set<string>();
  const left = new Set(further);
  for (let next = first; next.length > 0;) {
    for (const { to } of next) if (to !== null) reached.add(idOf(to));
    next = [...left].filter(({ from }) => reached.has(idOf(from)));
    for (const flow of next) left.delete(flow);
  }
  return further.filter((flow) => !left.has(flow));
}

function edgeKey({ from, to }: MapEdge): string {
  return `${from.id}\n${to.id}`;
}

function idOf({ kind, name, group }: Place): string {
  return [kind, group, name].map(encodeURIComponent).join("/");
}

function placesOf({ from, to }: Flow): readonly Place[] {
  return to === null ? [from] : [from, to];
}

/** An application behind an endpoint of its own name that calls nobody says nothing new. */
function telling(flows: readonly Flow[]): readonly Flow[] {
  const isCalling = new Set(
    flows.filter(({ from }) => from.kind === "app").map(({ from }) => idOf(from)),
  );
  return flows.filter(({ from, to }) => {
    const isItself = from.kind === "endpoint" && to?.kind === "app" && to.name === from.group;
    return !isItself || isCalling.has(idOf(to));
  });
}

function fold(flows: readonly Flow[]): readonly Flow[] {
  const calls = new Map<string, { place: Place; calls: number }>();
  for (const flow of flows) {
    for (const place of placesOf(flow)) {
      const id = idOf(place);
      calls.set(id, { place, calls: (calls.get(id)?.calls ?? 0) + flow.calls });
    }
  }
  const kept = new Set<string>();
  for (const [kind, all] of Map.groupBy(calls, ([, { place }]) => place.kind)) {
    all.sort((a, b) => b[1].calls - a[1].calls || (a[0] < b[0] ? -1 : 1));
    for (const [id] of all.slice(0, MOST_NODES[kind])) kept.add(id);
  }
  const folded = (place: Place): Place =>
    kept.has(idOf(place)) ? place : { kind: place.kind, name: OTHERS, group: "" };
  return flows.map((flow) => ({
    ...flow,
    from: folded(flow.from),
    to: flow.to === null ? null : folded(flow.to),
  }));
}

/** What calls say of a node: those that reach it; of callers and routes those that leave it, which all are counted. */
function flowsAt(flows: readonly Flow[], id: string): readonly Flow[] {
  const leaving = flows.filter(({ from }) => idOf(from) === id);
  const kind = leaving[0]?.from.kind;
  if (kind === "caller" || kind === "route") return leaving;
  const reaching = flows.filter(({ to }) => to !== null && idOf(to) === id);
  return reaching.length > 0 ? reaching : leaving;
}

function figuresOf(flows: readonly Flow[]): Figures {
  const sum = (name: keyof Counted): number => flows.reduce((all, flow) => all + flow[name], 0);
  const buckets = new Map<number, number>();
  for (const flow of flows) {
    for (const [bucket, calls] of flow.buckets) {
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + calls);
    }
  }
  const traceId = flows.find((flow) => flow.traceId !== "")?.traceId ?? "";
  return {
    calls: sum("calls"),
    errors: sum("errors"),
    denied: sum("denied"),
    p95Ns: p95(buckets),
    traceId,
  };
}

/** The middle of the bucket in which it lies: within 4.5 %. */
function p95(buckets: ReadonlyMap<number, number>): number | null {
  const ordered = [...buckets].sort(([a], [b]) => a - b);
  let left = ordered.reduce((sum, [, calls]) => sum + calls, 0) * 0.95;
  for (const [bucket, calls] of ordered) {
    left -= calls;
    if (left <= 0) return 2 ** ((bucket + 0.5) / 8);
  }
  return null;
}
