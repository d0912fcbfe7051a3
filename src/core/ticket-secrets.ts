// The secret that keys of session tickets are made of: one for all workers, another one each hour.
import { randomBytes } from "node:crypto";

/** Tickets are this process's own: what they resume dies with it. */
export interface TicketSecrets {
  readonly current: () => Uint8Array;
  readonly listen: (replaced: (secret: Uint8Array) => void) => void;
  /** Tickets of before begin a full handshake from now on. */
  readonly replace: () => void;
}

const SECRET_BYTES = 32;
/** What was sent over TLS 1.2 can be read with the ticket keys of its time, so they don't last. */
const REPLACED_MS = 3_600_000;

export function createTicketSecrets(): TicketSecrets {
  let secret = randomBytes(SECRET_BYTES);
  const listeners: ((secret: Uint8Array) => void)[] = [];
  const replace = (): void => {
    secret.fill(0);
    secret = randomBytes(SECRET_BYTES);
    for (const replaced of listeners) replaced(secret);
  };
  setInterval(replace, REPLACED_MS).unref();
  return { current: () => secret, listen: (replaced) => void listeners.push(replaced), replace };
}
