// Lets clients in: so many from one source; more are closed at once, before anything is read of them.
import type { Socket } from "node:net";
import { sourceOf } from "../core/client-source.ts";

export interface AdmissionOptions {
  readonly sourceConnections: number;
  /** Whether an address brings the clients of many: they are not counted. */
  readonly isProxy: (address: string) => boolean;
  readonly turnedAway: (address: string) => void;
}

/** Whether the client may stay; it is closed where not. */
export type Admit = (socket: Socket) => boolean;

export function createAdmission(options: AdmissionOptions): Admit {
  const { sourceConnections, isProxy, turnedAway } = options;
  const open = new Map<string, number>();
  const leave = (source: string): void => {
    const left = (open.get(source) ?? 1) - 1;
    if (left > 0) open.set(source, left);
    else open.delete(source);
  };
  return (socket) => {
    const { remoteAddress: address } = socket;
    if (address === undefined || isProxy(address)) return true;
    const source = sourceOf(address);
    const count = open.get(source) ?? 0;
    if (count >= sourceConnections) {
      socket.destroy();
      turnedAway(address);
      return false;
    }
    open.set(source, count + 1);
    socket.once("close", () => leave(source));
    return true;
  };
}
