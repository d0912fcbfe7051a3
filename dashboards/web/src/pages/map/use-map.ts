// Loads the map of the range, or of a step of it while it is replayed; whom it once had stays where it is.
import { useMemo, useRef } from "react";
import { type MapFigures, type MapNode, readMap, type ServiceMap } from "../../service-map.ts";
import { apiParams } from "../../state/filters.ts";
import { changed, type Place } from "../../state/place.ts";
import { intervalOf, iso, rangeOf, refreshOf } from "../../state/range.ts";
import { type Loaded, useApi } from "../../state/use-api.ts";

/** Of a replay. */
export const STEPS = 24;
const ONCE = { everyMs: null } as const;

export interface ShownMap {
  readonly loaded: Loaded<ServiceMap>;
  /** All that were seen in this range, those without calls now as well. */
  readonly nodes: readonly MapNode[];
}

/** Milliseconds since the epoch at which the replayed step begins; null: the whole range is shown. */
export function stepOf({ params }: Place): number | null {
  const at = Date.parse(params.get("at") ?? "");
  return Number.isNaN(at) ? null : at;
}

export function stepLength({ params }: Place): number {
  const { fromMs, toMs } = intervalOf(rangeOf(params), Date.now());
  return Math.max(1000, Math.ceil((toMs - fromMs) / STEPS));
}

export function useMap(place: Place): ShownMap {
  const params = apiParams("map", place.params);
  const everyMs = refreshOf(rangeOf(place.params));
  const whole = useApi(`api/v1/map?${params.toString()}`, readMap, { everyMs });
  const atMs = stepOf(place);
  const step = useApi(atMs === null ? null : stepPath(place, atMs), readMap, ONCE);
  const stepMap = useMemo(() => (step.data === null ? null : narrowed(step.data)), [step.data]);
  const loaded = atMs === null ? whole : { ...step, data: stepMap };
  return { loaded, nodes: useSeen(params.toString(), [whole.data, step.data]) };
}

/** Its doors lead to the requests of the step alone. */
function narrowed(map: ServiceMap): ServiceMap {
  const { since, until, nodes, edges } = map;
  const within = <Each extends MapFigures>(each: Each): Each =>
    each.door === null ? each : { ...each, door: { ...each.door, since, until } };
  return { ...map, nodes: nodes.map(within), edges: edges.map(within) };
}

function stepPath(place: Place, atMs: number): string {
  const window = { since: iso(atMs), until: iso(atMs + stepLength(place)) };
  return `api/v1/map?${changed(apiParams("map", place.params), window).toString()}`;
}

interface Seen {
  readonly range: string;
  readonly nodes: Map<string, MapNode>;
  /** Answers to what was asked before, which stay until the new ones are there, and their nodes. */
  readonly stale: readonly (ServiceMap | null)[];
  readonly before: readonly MapNode[];
}

/** A node that leaves and comes again must not move the others each time. */
function useSeen(range: string, maps: readonly (ServiceMap | null)[]): readonly MapNode[] {
  const seen = useRef<Seen>({ range, nodes: new Map(), stale: [], before: [] });
  if (seen.current.range !== range) {
    const before = [...seen.current.nodes.values()];
    seen.current = { range, nodes: new Map(), stale: maps, before };
  }
  const { nodes, stale, before } = seen.current;
  const fresh = maps.filter((map) => map !== null && !stale.includes(map));
  for (const node of fresh.flatMap((map) => map?.nodes ?? [])) {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
  }
  return fresh.length === 0 && nodes.size === 0 ? before : [...nodes.values()];
}
