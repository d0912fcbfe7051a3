// What the config says about the store.

/** A real server by URL (credentials in it), or the embedded one; null path of a URL: database weir. */
export type StoreOptions =
  | { readonly kind: "embedded" }
  | { readonly kind: "server"; readonly url: string };

/** What must go before its time. */
export interface DiskLimits {
  /** Of the embedded store's disk, whatever fills it. */
  readonly disk_percent: number;
  /** The newest days of each table stay. */
  readonly disk_min_days: number;
}

/** How long each table keeps its rows, in days. */
export interface RetentionOptions extends DiskLimits {
  readonly requests_days: number;
  readonly rollup_10s_days: number;
  readonly rollup_1m_days: number;
  readonly rollup_1h_days: number;
  readonly traces_days: number;
  readonly logs_days: number;
  readonly metrics_days: number;
  /** Where rows go before they end; left out: they stay where they are. Of a server only. */
  readonly cold?: ColdOptions | undefined;
}

/** Names of the server's storage_configuration. */
export interface ColdOptions {
  readonly policy: string;
  readonly volume: string;
  readonly after_days: number;
}
