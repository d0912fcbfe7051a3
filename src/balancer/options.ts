// What the config says about services and how their endpoints are chosen.
import type { UpstreamTlsOptions } from "../upstream/options.ts";

export const BALANCE_POLICIES = [
  "adaptive",
  "least-response-time",
  "least-connections",
  "round-robin",
  "weighted-round-robin",
  "random",
  "hash",
  "consistent-hash",
] as const;

export type BalancePolicy = (typeof BALANCE_POLICIES)[number];

export interface EndpointOptions {
  /** Origin only: http://host:port, no path. */
  readonly url: string;
  /** Relative share, 0 to 1000; 0 takes no traffic. */
  readonly weight: number;
}

/** What is hashed by hash and consistent-hash. */
export type HashKey =
  | { readonly on: "path" | "client_address" | "principal" }
  | { readonly on: "header" | "cookie"; readonly name: string };

export interface ServiceOptions {
  /** null: https endpoints are verified as Node does. */
  readonly tls: UpstreamTlsOptions | null;
  readonly endpoints: readonly EndpointOptions[];
  readonly balance: BalancePolicy;
  readonly hash: HashKey;
  /** At most this many connections from one worker to one endpoint. */
  readonly connections: number;
  /** Further endpoints tried after a connection failure that is safe to repeat. */
  readonly retries: number;
}
