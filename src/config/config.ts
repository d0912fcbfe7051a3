// The whole config as the rest of weir sees it: defaults filled in, everything checked, frozen.
import type { ForwardedOptions } from "../core/forwarded.ts";
import type { ServiceOptions } from "../balancer/options.ts";
import type { CollectorOptions } from "../collector/options.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { PolicyOptions } from "../policy/options.ts";
import type { LimitOptions, PathOptions, RouteOptions } from "../proxy/options.ts";
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
  /** null: clients are not asked for certificates. */
  readonly client_certificates: ClientCertificateOptions | null;
  readonly min_version: "1.2" | "1.3";
}

export interface ClientCertificateOptions {
  /** Absolute path. */
  readonly ca: string;
  /** Absolute path; empty: nothing is revoked. */
  readonly crl: string;
  /** Over TLS nothing is answered without one. */
  readonly required: boolean;
}

export interface ListenOptions {
  readonly http: ListenAddress;
  /** null: no TLS. */
  readonly https: HttpsOptions | null;
}

export interface AdminToken {
  readonly token: string;
  /** Who holds it, in audit rows. */
  readonly name: string;
  readonly role: string;
}

export interface AdminCertificate {
  /** As a client certificate names its holder; DNS names in lower case. */
  readonly subject: string;
  readonly role: string;
}

export interface AdminTlsOptions {
  /** Absolute paths. */
  readonly cert: string;
  readonly key: string;
  /** null: clients are not asked for certificates. */
  readonly client_certificates: Omit<ClientCertificateOptions, "required"> | null;
  readonly min_version: "1.2" | "1.3";
}

export interface AdminOptions {
  readonly listen: ListenAddress;
  /** null: plain HTTP. */
  readonly tls: AdminTlsOptions | null;
  /** The owner's bearer token; empty: none set. */
  readonly token: string;
  readonly tokens: readonly AdminToken[];
  readonly certificates: readonly AdminCertificate[];
  /** Absolute path of what each role may do; empty: the built-in rules. */
  readonly rules: string;
}

export interface Config {
  readonly listen: ListenOptions;
  readonly admin: AdminOptions;
  /** null: nothing is received over OTLP. */
  readonly collector: CollectorOptions | null;
  /** Absolute path of the data folder. */
  readonly data: string;
  /** Absolute path of the CA's folder; empty: certificates are renewed by others. */
  readonly ca: string;
  /** Absolute path of the folder of own panels and boards; empty: none. */
  readonly dashboards: string;
  readonly workers: number;
  readonly store: StoreOptions;
  readonly retention: RetentionOptions;
  readonly services: Readonly<Record<string, ServiceOptions>>;
  readonly routes: readonly RouteOptions[];
  readonly paths: PathOptions;
  readonly identity: IdentityOptions;
  /** null: no policy is enforced, and weir says so. */
  readonly policy: PolicyOptions | null;
  readonly telemetry: TelemetryOptions;
  /** Absolute path of a file of alerts or a folder of such files; empty: none. */
  readonly alerts: string;
  readonly statistics: StatisticsOptions;
  readonly forwarded: ForwardedOptions;
  readonly limits: LimitOptions;
  /** On shutdown, how long requests in flight may go on. */
  readonly drain_ms: number;
}
