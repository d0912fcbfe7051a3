// What the API says of who calls what: the contract between src/admin/api/map.ts and this UI.
import type { Door } from "../../../src/store/panels/panel.ts";
import type { IsoTime } from "./api.ts";

/** From left to right as calls go. "app": a service as its own spans name it. */
export type NodeKind = "caller" | "route" | "service" | "endpoint" | "app";

export interface MapFigures {
  readonly calls: number;
  readonly errors: number;
  readonly denied: number;
  readonly p95_ns: number | null;
  /** A slow one of them; empty: none is known. */
  readonly trace_id: string;
  /** null: no filter leads to them. */
  readonly door: Door | null;
}

export interface MapNode extends MapFigures {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** The service of a route or of an endpoint; "app": a caller that is an application. */
  readonly group: string;
}

export interface MapEdge extends MapFigures {
  readonly from: string;
  readonly to: string;
}

export interface ServiceMap {
  readonly since: IsoTime;
  readonly until: IsoTime;
  /** That rates are over. */
  readonly seconds: number;
  /** Of the time that callers and applications were counted in. */
  readonly share: number;
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** What weir calls all it does not name. */
export const OTHERS = "(other)";

export function readMap(json: unknown): ServiceMap {
  return json as ServiceMap;
}
