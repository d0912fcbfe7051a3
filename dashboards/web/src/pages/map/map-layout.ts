// Where the nodes of a map stand: in columns by call direction, in each by name, so that no change of traffic moves
// one past another; pure.
import { type MapEdge, type MapNode, type NodeKind, OTHERS } from "../../service-map.ts";

type Laid = Pick<MapNode, "id" | "kind" | "name" | "group">;
type Link = Pick<MapEdge, "from" | "to">;

export interface NodePlace {
  readonly column: number;
  /** Of the upper left corner, pixels. */
  readonly x: number;
  readonly y: number;
}

export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, NodePlace>;
  /** The columns that there are, from the left. */
  readonly columns: readonly { readonly kind: NodeKind; readonly x: number }[];
}

export const NODE_WIDTH = 208;
export const NODE_HEIGHT = 44;
const COLUMN_WIDTH = 272;
const ROW_HEIGHT = 56;
/** Above the nodes: what a column has. */
const HEAD = 26;

const COLUMNS: Readonly<Record<NodeKind, number>> = {
  caller: 0,
  route: 1,
  service: 2,
  endpoint: 3,
  app: 4,
};

export function layoutMap(nodes: readonly Laid[], links: readonly Link[]): MapLayout {
  const depths = appDepths(nodes, links);
  const columnOf = (node: Laid): number => COLUMNS[node.kind] + (depths.get(node.id) ?? 0);
  const byColumn = [...Map.groupBy(nodes, columnOf)].sort(([a], [b]) => a - b);
  const tallest = Math.max(0, ...byColumn.map(([, all]) => all.length));
  const places = new Map<string, NodePlace>();
  for (const [column, [, all]] of byColumn.entries()) {
    const top = HEAD + ((tallest - all.length) * ROW_HEIGHT) / 2;
    for (const [row, { id }] of all.toSorted(byName).entries()) {
      places.set(id, { column, x: column * COLUMN_WIDTH, y: top + row * ROW_HEIGHT });
    }
  }
  return {
    width: Math.max(0, byColumn.length - 1) * COLUMN_WIDTH + NODE_WIDTH,
    height: HEAD + tallest * ROW_HEIGHT,
    places,
    columns: byColumn.map(([, all], column) => ({
      kind: all[0]?.kind ?? "caller",
      x: column * COLUMN_WIDTH,
    })),
  };
}

/** Routes and endpoints of one service lie together; what has no name of its own is last. */
function byName(a: Laid, b: Laid): number {
  const rank = Number(a.name === OTHERS) - Number(b.name === OTHERS);
  return rank || compare(a.group, b.group) || compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Calls from the first application on the way: the least, so that cycles end and further calls move nobody. */
function appDepths(nodes: readonly Laid[], links: readonly Link[]): ReadonlyMap<string, number> {
  const apps = new Set(nodes.filter(({ kind }) => kind === "app").map(({ id }) => id));
  const between = links.filter(({ from, to }) => apps.has(from) && apps.has(to) && from !== to);
  const called = new Set(between.map(({ to }) => to));
  const entered = new Set(links.filter(({ from }) => !apps.has(from)).map(({ to }) => to));
  const depths = new Map<string, number>();
  let next = [...apps].filter((id) => entered.has(id) || !called.has(id));
  for (let depth = 0; next.length > 0; depth++) {
    for (const id of next) depths.set(id, depth);
    const reached = new Set(between.filter(({ from }) => next.includes(from)).map(({ to }) => to));
    next = [...reached].filter((id) => !depths.has(id));
  }
  return depths;
}

/** The node nearest in this direction; null: there is none. */
export function neighbourOf(
  { places }: MapLayout,
  id: string,
  [right, down]: readonly [right: number, down: number],
): string | null {
  const from = places.get(id);
  if (from === undefined) return null;
  const ahead = [...places].filter(([other, { column, x, y }]) => {
    if (other === id) return false;
    return right === 0
      ? column === from.column && (y - from.y) * down > 0
      : (x - from.x) * right > 0;
  });
  const distance = ({ x, y }: NodePlace): number => Math.abs(x - from.x) * 8 + Math.abs(y - from.y);
  ahead.sort(([, a], [, b]) => distance(a) - distance(b));
  return ahead[0]?.[0] ?? null;
}
