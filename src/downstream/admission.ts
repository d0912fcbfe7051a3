// Lets clients in: so many from one source; more are closed at once, before anything is read of them.
import { isIPv6, type Socket } from "node:net";

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

/** An IPv4 address, or the network of an IPv6 one: its holder has 2^64 addresses (RFC 6177 section 2). */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = "", after] = address.split("::");
  const groups = before === "" ? [] : before.split(":");
  const missing = after === undefined ? 0 : 8 - groups.length - groupCount(after);
  const whole = [...groups, ...Array<string>(missing).fill("0"), ...(after ?? "").split(":")];
  return whole.slice(0, 4).join(":");
}

/** A dotted quad at the end is two. */
function groupCount(text: string): number {
  if (text === "") return 0;
  return text.split(":").length + (text.includes(".") ? 1 : 0);
}
