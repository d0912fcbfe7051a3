// What a client's connection is held to, and whom it tells.
import type { WeirError } from "../core/errors.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Downstream, Sender } from "./downstream.ts";

export interface ConnectionLimits {
  readonly header_bytes: number;
  /** For a client to send a whole request head. */
  readonly head_ms: number;
  readonly keep_alive_ms: number;
}

export interface ConnectionOwner {
  readonly limits: ConnectionLimits;
  readonly opened: (downstream: Downstream) => void;
  /** Bytes that are no request: the whole reply as Latin-1, or null where none may be given. */
  readonly refused: (error: WeirError, sender: Sender) => string | null;
  /** The owner's own code threw; the connection is cut. */
  readonly failed: (thrown: unknown) => void;
  readonly closed: (connection: ClientConnection) => void;
}
