// The map drawn: nodes in columns from left to right, edges as wide as their rate and as red as their errors.
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useMemo,
  useRef,
  useState,
} from "react";
import type { MapEdge, MapNode, ServiceMap } from "../../service-map.ts";
import { openRequests } from "../../state/filters.ts";
import { change } from "../../state/place.ts";
import { layoutMap, type MapLayout, neighbourOf, NODE_HEIGHT, NODE_WIDTH } from "./map-layout.ts";
import { MapNodeBox } from "./map-node.tsx";
import { badness, COLUMN_WORDS, figureWords, nameOf } from "./map-words.ts";

interface MapGraphProps {
  readonly map: ServiceMap;
  /** In the layout, with calls or without. */
  readonly nodes: readonly MapNode[];
}

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function MapGraph({ map, nodes }: MapGraphProps): ReactNode {
  const layout = useMemo(() => layoutMap(nodes, map.edges), [nodes, map.edges]);
  const now = new Map(map.nodes.map((node) => [node.id, node]));
  const [current, setCurrent] = useState<string | null>(null);
  const ordered = nodes.toSorted((a, b) => orderOf(layout, a) - orderOf(layout, b));
  const { host, reached, onReach, onKeyDown } = useArrows(layout, ordered);
  return (
    <div className="map-scroll">
      <div
        ref={host}
        className="map"
        role="group"
        aria-label="Who calls what; arrow keys go from one to the next, Enter opens its requests"
        style={{ width: layout.width, height: layout.height }}
        onKeyDown={onKeyDown}
      >
        <Heads layout={layout} />
        <Edges map={map} layout={layout} current={current} />
        {ordered.map((node) => (
          <MapNodeBox
            key={node.id}
            node={now.get(node.id) ?? quiet(node)}
            seconds={map.seconds}
            at={layout.places.get(node.id) ?? { column: 0, x: 0, y: 0 }}
            isReached={node.id === reached}
            onFocus={() => onReach(node.id)}
            onPoint={(isOn) => setCurrent(isOn ? node.id : null)}
          />
        ))}
      </div>
    </div>
  );
}

interface Arrows {
  readonly host: RefObject<HTMLDivElement | null>;
  /** The node that Tab leads to: the one that was last. */
  readonly reached: string | null;
  readonly onReach: (id: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function useArrows(layout: MapLayout, ordered: readonly MapNode[]): Arrows {
  const host = useRef<HTMLDivElement>(null);
  const [last, setLast] = useState<string | null>(null);
  const reached = ordered.some(({ id }) => id === last) ? last : (ordered[0]?.id ?? null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key];
    if (arrow === undefined || reached === null) return;
    event.preventDefault();
    // The page's table listens to the same keys.
    event.stopPropagation();
    const next = neighbourOf(layout, reached, arrow);
    if (next === null) return;
    host.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
  };
  return { host, reached, onReach: setLast, onKeyDown };
}

function Heads({ layout: { columns } }: Pick<EdgesProps, "layout">): ReactNode {
  return columns.map(({ kind, x }) => (
    <span key={x} className="map-head" style={{ left: x, width: NODE_WIDTH }}>
      {COLUMN_WORDS[kind]}
    </span>
  ));
}

function orderOf({ places }: MapLayout, { id }: MapNode): number {
  const { column = 0, y = 0 } = places.get(id) ?? {};
  return column * 1e6 + y;
}

function quiet(node: MapNode): MapNode {
  return { ...node, calls: 0, errors: 0, denied: 0, p95_ns: null };
}

interface EdgesProps {
  readonly map: ServiceMap;
  readonly layout: MapLayout;
  readonly current: string | null;
}

/** The same is said, for those who don't see it, by the table below. */
function Edges({ map, layout, current }: EdgesProps): ReactNode {
  const most = Math.max(...map.edges.map(({ calls }) => calls), 1);
  const names = new Map(map.nodes.map((node) => [node.id, nameOf(node)]));
  return (
    <svg className="map-edges" width={layout.width} height={layout.height} aria-hidden="true">
      {map.edges.map((edge) => {
        const line = lineOf(edge, layout);
        const isOf = current === edge.from || current === edge.to;
        const style = {
          "--bad": `${badness(edge) * 100}%`,
          strokeWidth: 1 + 7 * Math.sqrt(edge.calls / most),
        } as CSSProperties;
        return (
          <g
            key={`${edge.from} ${edge.to}`}
            className={current === null ? "" : isOf ? "is-of" : "is-not-of"}
            onClick={() => openEdge(edge)}
          >
            <title>{`${names.get(edge.from)} to ${names.get(edge.to)}: ${figureWords(edge, map.seconds)}`}</title>
            <path className="map-edge" d={line} style={style} />
            <path className="map-edge-reach" d={line} />
          </g>
        );
      })}
    </svg>
  );
}

export function openEdge({ door, trace_id }: Pick<MapEdge, "door" | "trace_id">): void {
  if (door !== null) openRequests(door);
  else if (trace_id !== "") change({ open: trace_id });
}

/** From the right side of the one to the left side of the other; below both where it leads back. */
function lineOf({ from, to }: MapEdge, { places }: MapLayout): string {
  const [a, b] = [places.get(from), places.get(to)];
  if (a === undefined || b === undefined) return "";
  const [x1, y1] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2];
  const [x2, y2] = [b.x, b.y + NODE_HEIGHT / 2];
  if (b.column > a.column) {
    const bend = (x2 - x1) / 2;
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const low = Math.max(y1, y2) + NODE_HEIGHT;
  return `M${x1} ${y1}C${x1 + 50} ${low} ${x2 - 50} ${low} ${x2} ${y2}`;
}
