// What the config says about the store.

/** A real server by URL (credentials in it), or the embedded one; null path of a URL: database weir. */
export type StoreOptions =
  | { readonly kind: "embedded" }
  | { readonly kind: "server"; readonly url: string };

/** How long each table keeps its rows, in days. */
export interface RetentionOptions {
  readonly requests_days: number;
  readonly rollup_10s_days: number;
  readonly rollup_1m_days: number;
  readonly rollup_1h_days: number;
  readonly traces_days: number;
  readonly logs_days: number;
  readonly metrics_days: number;
}
