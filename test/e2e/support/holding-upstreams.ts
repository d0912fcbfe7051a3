// Endpoints that answer at once, but what asks with ?hold when all of those are let go.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HoldingUpstreams {
  readonly urls: readonly string[];
  /** Resolves once so many are held by all together. */
  readonly held: (count: number) => Promise<void>;
  /** Answers all that are held. */
  readonly release: () => void;
  readonly close: () => void;
}

export async function startHoldingUpstreams(count: number): Promise<HoldingUpstreams> {
  const waiting: ServerResponse[] = [];
  let wanted = Infinity;
  let isThere = (): void => undefined;
  const look = (): void => {
    if (waiting.length >= wanted) isThere();
  };
  const servers = Array.from({ length: count }, () =>
    createServer((request, response) => {
      if (request.url?.endsWith("?hold") === true) waiting.push(response);
      else response.end("ok");
      look();
    }).listen(0, "127.0.0.1"),
  );
  await Promise.all(servers.map((server) => once(server, "listening")));
  // Above weir's own, so that idle connections are closed by weir alone.
  for (const server of servers) server.keepAliveTimeout = 120_000;
  return {
    urls: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    held: (held) =>
      new Promise((resolve) => {
        [wanted, isThere] = [held, resolve];
        look();
      }),
    release() {
      for (const response of waiting.splice(0)) response.end("ok");
    },
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
