// How a client's socket is closed: nothing that was written may be lost by it.
import type { ClientSocket } from "./client-socket.ts";

/** For a client to notice a reply and stop sending, before its connection is cut. */
export const LINGER_MS = 2_000;

export interface Closing {
  /** All that came was understood, and nothing is known to follow. */
  readonly isClean: boolean;
  /** For one that takes nothing of what is left for it. */
  readonly timeoutMs: number;
}

/**
 * A socket closed with unread bytes is reset, and a reset takes the reply with it (RFC 9112
 * section 9.6). So what still comes is read and thrown away, for a while after the reply has left.
 */
export function closeSocket(socket: ClientSocket, { isClean, timeoutMs }: Closing): void {
  socket.setTimeout(timeoutMs);
  if (isClean) socket.destroySoon();
  else {
    socket.end(() => setTimeout(() => socket.destroy(), LINGER_MS).unref());
    socket.resume();
  }
}
