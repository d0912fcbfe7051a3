// The whole config as the rest of weir sees it: defaults filled in, everything checked, frozen.
import type { ServiceOptions } from "../balancer/options.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { PolicyOptions } from "../policy/options.ts";
import type { ForwardedOptions, LimitOptions, RouteOptions } from "../proxy/options.ts";
import type { StatisticsOptions } from "../statistics/options.ts";
import type { RetentionOptions, StoreOptions } from "../store/options.ts";
import type { TelemetryOptions } from "../telemetry/options.ts";

/** An address to listen on; port 0 asks the system for a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface HttpsOptions {
  readonly listen: ListenAddress;
  /** Absolute paths. */
  readonly certificates: readonly { readonly cert: string; readonly key: string }[];
  readonly min_version: "1.2" | "1.3";
}

export interface ListenOptions {
  readonly http: ListenAddress;
  /** null: no TLS. */
  readonly https: HttpsOptions | null;
}

export interface AdminOptions {
  readonly listen: ListenAddress;
  /** Bearer token, needed beyond loopback; empty: none set. */
  readonly token: string;
}

export interface Config {
  readonly listen: ListenOptions;
  readonly admin: AdminOptions;
  /** Absolute path of the data folder. */
  readonly data: string;
  readonly workers: number;
  readonly store: StoreOptions;
  readonly retention: RetentionOptions;
  readonly services: Readonly<Record<string, ServiceOptions>>;
  readonly routes: readonly RouteOptions[];
  readonly identity: IdentityOptions;
  /** null: no policy is enforced, and weir says so. */
  readonly policy: PolicyOptions | null;
  readonly telemetry: TelemetryOptions;
  readonly statistics: StatisticsOptions;
  readonly forwarded: ForwardedOptions;
  readonly limits: LimitOptions;
  /** On shutdown, how long requests in flight may go on. */
  readonly drain_ms: number;
}
