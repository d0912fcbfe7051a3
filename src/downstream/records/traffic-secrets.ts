// What TLS 1.3 connections derive their keys from, as Node tells it of each (the key log of NSS, RFC 9850).
import type { TLSSocket } from "node:tls";

export interface TrafficSecrets {
  readonly client: Buffer;
  readonly server: Buffer;
}

/** Of the lines, those two; "LABEL client-random secret", the last two in hex. */
const LABELS = { CLIENT_TRAFFIC_SECRET_0: "client", SERVER_TRAFFIC_SECRET_0: "server" } as const;

const known = new WeakMap<TLSSocket, { client?: Buffer; server?: Buffer }>();

/** For a server's "keylog": kept for as long as the socket, in this process, and told to nobody. */
export function noteSecret(line: Buffer, socket: TLSSocket): void {
  const [label = "", , secret = ""] = line.toString("latin1").trimEnd().split(" ");
  if (!(label in LABELS)) return;
  const secrets = known.get(socket) ?? {};
  // Memory of its own: what is cut from a pool keeps the pool, for as long as the connection stands.
  const bytes = Buffer.allocUnsafeSlow(secret.length / 2);
  bytes.write(secret, "hex");
  secrets[LABELS[label as keyof typeof LABELS]] = bytes;
  known.set(socket, secrets);
}

/** null before a handshake of TLS 1.3 is over. */
export function secretsOf(socket: TLSSocket): TrafficSecrets | null {
  const { client, server } = known.get(socket) ?? {};
  return client === undefined || server === undefined ? null : { client, server };
}
