// What a connection hears of its socket, until that speaks another protocol.
import type { ClientSocket } from "./client-socket.ts";

export interface SocketEvents {
  readonly onData: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  readonly onDrain: () => void;
  readonly onTimeout: () => void;
  readonly onClose: () => void;
}

export function listenTo(socket: ClientSocket, events: SocketEvents): void {
  socket.on("data", events.onData);
  socket.on("end", events.onEnd);
  socket.on("drain", events.onDrain);
  socket.on("timeout", events.onTimeout);
  socket.on("error", ignore);
  socket.on("close", events.onClose);
}

/** "close" follows. */
function ignore(): void {}

/** All but its end. */
export function hearNoMore(socket: ClientSocket, events: SocketEvents): void {
  socket.off("data", events.onData);
  socket.off("end", events.onEnd);
  socket.off("drain", events.onDrain);
  socket.off("timeout", events.onTimeout);
}
