// What the main thread and a data worker say to each other: plain data only, it crosses threads.
import type { SharedMemory } from "../balancer/shared-state.ts";
import type { SlotPlan } from "../balancer/slot-table.ts";
import type { Config } from "../config/config.ts";
import type { ServerTls } from "../downstream/options.ts";
import type { User } from "../identity/users-text.ts";
import type { KeySetText } from "../identity/tokens/published-keys.ts";
import type { RevokedToken } from "../identity/tokens/revoked-tokens.ts";
import type { PolicyImage } from "../policy/image/policy-image.ts";
import type { Spool } from "../telemetry/spool.ts";
import type { UpstreamTls } from "../upstream/options.ts";

/** Everything a worker's snapshot is built from. */
export interface SnapshotSource {
  /** Of the config. */
  readonly revision: string;
  readonly config: Config;
  /** Shared with the other workers; null: none configured. */
  readonly policy: PolicyImage | null;
  /** The candidate beside it. */
  readonly shadow: PolicyImage | null;
  /** null: no listener for TLS. Secret. */
  readonly tls: ServerTls | null;
  /** By service; those that are not here trust whom Node trusts. Secret. */
  readonly upstreamTls: Readonly<Record<string, UpstreamTls>>;
  /** Of the users file. */
  readonly users: readonly User[];
  /** Which slot of the shared state belongs to which endpoint. */
  readonly slots: SlotPlan;
}

/** 0: none, or any free port, which the first worker reports and the others are given. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

export interface WorkerBoot {
  readonly index: number;
  readonly instance: string;
  readonly shared: SharedMemory;
  /** Where all workers count failures to authenticate. */
  readonly failures: SharedArrayBuffer;
  /** Where they count clients that they close at once. */
  readonly refusedConnections: SharedArrayBuffer;
  /** And TLS handshakes that come to nothing. */
  readonly handshakeFailures: SharedArrayBuffer;
  /** What keys of session tickets are made of, until another one comes. */
  readonly ticketSecret: Uint8Array;
  readonly spool: Spool;
  readonly source: SnapshotSource;
  readonly revoked: readonly RevokedToken[];
  /** That issuers of tokens publish, as far as they were fetched. */
  readonly keySets: readonly KeySetText[];
  readonly ports: Ports;
  /** Whether several workers listen on the same ports. */
  readonly reusePort: boolean;
}

/** `publication` tells one thing that a worker shall take from another, whatever they have in common. */
export type ToWorker =
  /** The first message, and once: until then a worker has loaded its code and does nothing. */
  | { readonly kind: "boot"; readonly boot: WorkerBoot }
  | { readonly kind: "snapshot"; readonly publication: number; readonly source: SnapshotSource }
  /** All of them: what is not named is revoked no more. */
  | {
      readonly kind: "revoked";
      readonly publication: number;
      readonly revoked: readonly RevokedToken[];
    }
  /** All of them. */
  | { readonly kind: "keys"; readonly keySets: readonly KeySetText[] }
  | { readonly kind: "ticket_secret"; readonly secret: Uint8Array }
  /** Newer keys of this place came before it, or are not to be had. */
  | { readonly kind: "keys_answered"; readonly place: string }
  | { readonly kind: "drain"; readonly graceMs: number };

export type FromWorker =
  | { readonly kind: "listening"; readonly ports: Ports }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "swapped"; readonly publication: number; readonly fault: string | null }
  /** A token names a key that is not known. */
  | { readonly kind: "keys_wanted"; readonly place: string }
  | { readonly kind: "drained" };
