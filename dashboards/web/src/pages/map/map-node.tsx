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
  const { calls, errors, denied, p95_ns } = node;
  const href = useHref(node);
  const name = nameOf(node);
  const style = { left: at.x, top: at.y, "--bad": `${badness(node) * 100}%` } as CSSProperties;
  return (
    <a
      className={calls === 0 ? "map-node is-quiet" : "map-node"}
      data-node={node.id}
      href={href}
      style={style}
      tabIndex={isReached ? 0 : -1}
      title={`${name}: ${figureWords(node, seconds)}`}
      aria-label={`${node.kind} ${name}: ${figureWords(node, seconds)}`}
      onFocus={() => {
        onFocus();
        onPoint(true);
      }}
      onBlur={() => onPoint(false)}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
    >
      <span className="map-name">{name}</span>
      {calls === 0 ? (
        <span className="map-figures">no calls</span>
      ) : (
        <span className="map-figures">
          <span>{text(rate(calls, seconds))}</span>
          {errors === 0 ? null : <span className="is-error">{text(share(errors, calls))}</span>}
          {denied === 0 ? null : <span className="is-policy">{text(share(denied, calls))}</span>}
          <span className="is-latency">{text(duration(p95_ns))}</span>
        </span>
      )}
    </a>
  );
}

/** To its requests; of what requests don't know, to a slow trace. */
function useHref({ door, trace_id }: MapNode): string | undefined {
  const { params } = usePlace();
  if (door !== null) return hrefOf("requests", requestsWith(params, door));
  return trace_id === "" ? undefined : hrefOf("map", changed(params, { open: trace_id }));
}
