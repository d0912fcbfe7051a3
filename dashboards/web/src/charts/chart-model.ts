// What a time chart shows, apart from how it is drawn.
import type { Interval } from "../state/range.ts";

export interface ChartSeries {
  readonly label: string;
  readonly values: (number | null)[];
  /** Name of a CSS custom property. */
  readonly color: string;
  /** The previous period: thin, and left out of the legend's figures. */
  readonly faint?: boolean;
  readonly fill?: boolean;
  /** Lead to the requests behind it, from its name in the legend. */
  readonly filters?: Readonly<Record<string, string>>;
}

/** Something that happened: a reload, a new policy, a start. */
export interface ChartMark {
  readonly atMs: number;
  readonly label: string;
  readonly color: string;
}

export interface ChartModel {
  readonly label: string;
  /** Seconds since the epoch at which each bucket begins. */
  readonly times: number[];
  readonly stepS: number;
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
  readonly interval: Interval;
  readonly format: (value: number) => string;
  readonly log: boolean;
}

export interface ChartActions {
  /** A range was dragged. */
  readonly onSelect: (interval: Interval) => void;
  /** A bucket was clicked. */
  readonly onPick: (interval: Interval) => void;
}
