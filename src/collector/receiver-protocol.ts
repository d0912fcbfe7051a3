// What the main thread and the receiver's thread say to each other: plain data only, it crosses threads.
import type { ServerTls } from "../downstream/options.ts";
import type { Signal } from "../telemetry/streams.ts";
import type { Spool } from "../telemetry/spool.ts";
import type { CollectorOptions, SamplingOptions } from "./options.ts";

export interface ReceiverBoot {
  readonly options: CollectorOptions;
  /** null: plain HTTP. */
  readonly tls: ServerTls | null;
  readonly spools: Readonly<Record<Signal, Spool>>;
  /** Memory of the counts. */
  readonly counts: SharedArrayBuffer;
  readonly inputCounts: SharedArrayBuffer;
}

export interface ReceiverPorts {
  readonly port: number;
  /** In the config's order. */
  readonly syslogPorts: readonly number[];
}

export type ToReceiver =
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  | { readonly kind: "tls"; readonly tls: ServerTls | null }
  | { readonly kind: "sampling"; readonly sampling: SamplingOptions | null }
  /** Requests in flight may end. */
  | { readonly kind: "close" };

export type FromReceiver =
  /** With real ports where the config says 0. */
  | ({ readonly kind: "listening" } & ReceiverPorts)
  | { readonly kind: "handshake_failed"; readonly reason: string; readonly address: string }
  | { readonly kind: "failed"; readonly reason: string };
