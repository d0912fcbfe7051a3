// What the API says of differences: the contract between src/admin/api/differences.ts and this UI.
import type { Door } from "../../../src/store/panels/panel.ts";

interface Sides {
  readonly selected: number;
  readonly rest: number;
}

export interface DifferentValue extends Sides {
  readonly value: string;
  readonly score: number;
  readonly door: Door | null;
}

export interface Differences {
  /** About, where not all could be read. */
  readonly requests: Sides;
  readonly compared: Sides;
  /** The most telling first. */
  readonly attributes: readonly {
    readonly attribute: string;
    readonly values: readonly DifferentValue[];
  }[];
}

export function readDifferences(json: unknown): Differences {
  return json as Differences;
}
