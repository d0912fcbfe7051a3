// What a client's connection is read from and written to: a socket of Node's, or one whose records weir reads itself.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

export type ClientSocket = Duplex &
  Pick<Socket, "bytesRead" | "bytesWritten" | "destroySoon" | "remoteAddress"> & {
    /** Ends the connection by a reset. */
    readonly resetAndDestroy: () => unknown;
    /** Tells "timeout" after so long without a byte either way; 0: never. */
    readonly setTimeout: (timeoutMs: number, listener?: () => void) => unknown;
  };
