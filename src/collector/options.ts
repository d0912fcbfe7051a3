// What the config says about the collector.

export interface CollectorOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Of which one must come in x-api-key; empty: everybody may send. Secret. */
  readonly keys: readonly string[];
  /** Of one request, also once it is inflated. */
  readonly max_body_bytes: number;
}
