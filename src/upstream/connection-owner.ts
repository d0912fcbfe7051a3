// What an upstream connection is opened with, and whom it tells.
import type { Clock } from "../core/clock.ts";
import type { Connection } from "./connection.ts";
import type { Dialer } from "./dial.ts";
import type { UpstreamPoolOptions } from "./upstream.ts";

export interface ConnectionOwner {
  /** Ready for the next exchange. */
  readonly released: (connection: Connection) => void;
  /** Closed or being closed: its slot is free. Called once. */
  readonly gone: (connection: Connection) => void;
}

export interface ConnectionOptions {
  readonly dialer: Dialer;
  readonly keepAliveMs: number;
  readonly maxHeadBytes: number;
  readonly clock: Clock;
  readonly tlsFailed?: UpstreamPoolOptions["tlsFailed"];
}
