// The admin server: API, metrics, health and UI on their own port, apart from the traffic.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../config/config.ts";
import { createServer } from "../core/node-http.ts";
import { createAdminApp } from "./admin-app.ts";
import { loadRoles } from "./http/roles.ts";
import type { AdminParts } from "./parts.ts";

export interface Admin {
  /** With the real port where the config says 0. */
  readonly address: ListenAddress;
  /** Ends live tails at once, other answers after a moment. */
  readonly close: () => Promise<void>;
}

const LIMITS = { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000 } as const;
const MAX_CONNECTIONS = 256;
const GRACE_MS = 500;

/** Rejects where the address can't be listened on. */
export async function startAdmin(parts: AdminParts): Promise<Admin> {
  const { listener, close } = createAdminApp(parts, await loadRoles());
  const server = createServer(LIMITS, listener);
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(parts.listen.port, parts.listen.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: parts.listen.host, port },
    close: () => {
      close();
      return closed(server);
    },
  };
}

async function closed(server: Server): Promise<void> {
  const ended = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await ended;
  clearTimeout(late);
}
