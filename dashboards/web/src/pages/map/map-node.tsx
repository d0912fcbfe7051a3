// One place of the map: its name, rate, errors and p95, and the way to its requests.
import type { CSSProperties, ReactNode } from "react";
import { duration, rate, share, text } from "../../../../../src/core/quantity.ts";
import type { MapNode } from "../../service-map.ts";
import { requestsWith } from "../../state/filters.ts";
import { changed, hrefOf, usePlace } from "../../state/place.ts";
import type { NodePlace } from "./map-layout.ts";
import { badness, figureWords, nameOf } from "./map-words.ts";

interface MapNodeBoxProps {
  readonly node: MapNode;
  readonly seconds: number;
  readonly at: NodePlace;
  /** The one that Tab leads to; arrow keys lead on. */
  readonly isReached: boolean;
  readonly onFocus: () => void;
  readonly onPoint: (isOn: boolean) => void;
}

export function MapNodeBox(props: MapNodeBoxProps): ReactNode {
  const { node, seconds, at, isReached, onFocus, onPoint } = props;
  const href = useHref(node);
  const name = nameOf(node);
  const style = { left: at.x, top: at.y, "--bad": `${badness(node) * 100}%` } as CSSProperties;
  return (
    <a
      className={node.calls === 0 ? "map-node is-quiet" : "map-node"}
      data-node={node.id}
      href={href}
      style={style}
      tabIndex={isReached ? 0 : -1}
      title={`${name}: ${figureWords(node, seconds)}`}
      onFocus={() => {
        onFocus();
        onPoint(true);
      }}
      onBlur={() => onPoint(false)}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
    >
      <span className="visually-hidden">{node.kind} </span>
      <span className="map-name">{name} </span>
      <Figures node={node} seconds={seconds} />
    </a>
  );
}

function Figures({ node, seconds }: Pick<MapNodeBoxProps, "node" | "seconds">): ReactNode {
  const { calls, errors, denied, p95_ns } = node;
  if (calls === 0) return <span className="map-figures">no calls</span>;
  return (
    <span className="map-figures">
      <span>{text(rate(calls, seconds))}</span>
      {errors === 0 ? null : (
        <Figure tone="is-error" words={text(share(errors, calls))} of="errors" />
      )}
      {denied === 0 ? null : (
        <Figure tone="is-policy" words={text(share(denied, calls))} of="denied" />
      )}
      <Figure tone="is-latency" words={text(duration(p95_ns))} of="at p95" />
    </span>
  );
}

interface FigureProps {
  readonly tone: string;
  readonly words: string;
  /** For those who don't see its colour. */
  readonly of: string;
}

function Figure({ tone, words, of }: FigureProps): ReactNode {
  return (
    <span className={tone}>
      {words}
      <span className="visually-hidden"> {of} </span>
    </span>
  );
}

/** To its requests; of what requests don't know, to a slow trace. */
function useHref({ door, trace_id }: MapNode): string | undefined {
  const { params } = usePlace();
  if (door !== null) return hrefOf("requests", requestsWith(params, door));
  return trace_id === "" ? undefined : hrefOf("map", changed(params, { open: trace_id }));
}
