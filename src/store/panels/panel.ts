// What a panel is: a named question with units, filters and one query.

export const VISUALS = ["timeseries", "table", "stat", "heatmap"] as const;
export const UNITS = [
  "time",
  "ns",
  "bytes",
  "share",
  "count",
  "score",
  /** Counts of equal parts of the window, one after the other. */
  "course",
  "requests",
  "requests/s",
  "attempts",
  "attempts/s",
  "status",
  "trace",
  "text",
] as const;

export type Visual = (typeof VISUALS)[number];
export type Unit = (typeof UNITS)[number];

/** Filters of the request list, as they stand in a URL. */
export const DOOR_FILTERS = [
  "kind",
  "route",
  "service",
  "status",
  "status_class",
  "method",
  "principal",
  "decision",
  "rule",
  "shadow",
  "shadow_revision",
  "upstream",
  "path",
  "error_code",
  "auth_outcome",
  "client_address",
  "min_duration_ms",
  "max_duration_ms",
  "trace_id",
] as const;

/** Values by filter of the request list: where the requests behind a figure are. */
export type Door = Readonly<Record<string, string>>;

export interface PanelColumn {
  readonly unit: Unit;
  /** What else narrows down the requests behind this column's values; null: none are behind them. */
  readonly door: Door | null;
}

export interface PanelParameter {
  /** ClickHouse type name. */
  readonly type: string;
  /** Used where the caller gives none; an empty String means all. */
  readonly fallback: string;
  readonly about: string;
}

export interface Panel {
  /** The file's name without ".sql". */
  readonly name: string;
  /** As it is shown to people. */
  readonly file: string;
  readonly title: string;
  readonly question: string;
  readonly visual: Visual;
  /** By name, in the order of the result. */
  readonly columns: ReadonlyMap<string, PanelColumn>;
  readonly parameters: ReadonlyMap<string, PanelParameter>;
  /** What narrows down the requests behind every row; null: rows have none. */
  readonly door: Door | null;
  /** With its macros still in it, see `expandPanel`; its lines are those of the file. */
  readonly sql: string;
  /** What longer windows are asked instead; null: the same. */
  readonly sums: PanelSums | null;
}

/** A second query over sums of requests (collector/schema/0024_sums.sql). */
export interface PanelSums {
  /** As `Panel.sql`. */
  readonly sql: string;
  /** Parameters that the sums don't count by: where one is given, the first query is asked. */
  readonly except: readonly string[];
}

/** Every panel has these: the window, and the seconds of one step of a line. */
export const WINDOW: ReadonlySet<string> = new Set(["since", "until", "step"]);

/** Why a panel or a board can't be used. */
export interface DashboardFault {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Begins with what it is about, such as "visual: ...". */
  readonly message: string;
}
