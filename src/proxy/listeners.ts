// The listeners of one worker: plain HTTP, and HTTPS where it is configured, over the same stages.
import type { ServerTls } from "../downstream/options.ts";
import { createListener, type ListenerParts } from "./server.ts";
import type { Ports, WorkerBoot } from "./worker-protocol.ts";

export interface Listeners {
  /** Resolves to the ports in use; rejects where one can't be had. */
  readonly listen: () => Promise<Ports>;
  /** Throws where the certificates can't be used. */
  readonly renew: (tls: ServerTls) => void;
  readonly replaceTickets: (secret: Uint8Array) => void;
  readonly drain: (graceMs: number) => Promise<void>;
}

type Shared = Pick<WorkerBoot, "refusedConnections" | "handshakeFailures" | "ticketSecret">;
type Boot = Shared & Pick<WorkerBoot, "source" | "ports" | "reusePort">;

export function openListeners(
  rest: Omit<ListenerParts, "tls" | keyof Shared>,
  { source, ports, reusePort, ...shared }: Boot,
): Listeners {
  const { http: plainAt, https } = source.config.listen;
  const parts = { ...rest, ...shared };
  const plain = createListener({ ...parts, tls: null });
  const secure = source.tls === null ? null : createListener({ ...parts, tls: source.tls });
  return {
    async listen() {
      const http = await plain.listen({ ...plainAt, port: ports.http || plainAt.port }, reusePort);
      if (secure === null || https === null) return { http, https: 0 };
      const port = ports.https || https.listen.port;
      return { http, https: await secure.listen({ ...https.listen, port }, reusePort) };
    },
    renew: (tls) => secure?.renew(tls),
    replaceTickets: (secret) => secure?.replaceTickets(secret),
    async drain(graceMs) {
      await Promise.all([plain.drain(graceMs), secure?.drain(graceMs)]);
    },
  };
}
