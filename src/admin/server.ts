// The admin server: API, metrics, health and UI on their own port, apart from the traffic.
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../config/config.ts";
import { isLoopback } from "../core/loopback.ts";
import { createHttpServer } from "../downstream/http-server.ts";
import { createAdminApp } from "./admin-app.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { idleRules } from "./idle-rules.ts";
import { createRefusals } from "./http/refusals.ts";
import type { AdminParts } from "./parts.ts";

export interface Admin {
  /** With the real port where the config says 0. */
  readonly address: ListenAddress;
  readonly isSecure: boolean;
  /** Told of each new config: who was let in by what holds no more is let out, live tails begin again. */
  readonly renew: (next: Renewal) => void;
  /** Ends live tails at once, other answers after a moment. */
  readonly close: () => Promise<void>;
}

const GRACE_MS = 500;
const LIMITS = {
  http: {
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    /** Above the 60 s of common load balancers, so that they and not weir close first. */
    keepAliveTimeout: 75_000,
  },
  connections: 256,
  /** A quarter: nobody alone keeps all others out. */
  sourceConnections: 64,
} as const;

/** Rejects where the address can't be listened on. */
export async function startAdmin(parts: AdminParts): Promise<Admin> {
  const { listen, log } = parts;
  const { admin: tls } = parts.running().tls;
  const refusals = createRefusals();
  const { server, tlsOf, renew } = createHttpServer(
    { ...parts, limits: LIMITS, tls, turnedAway: () => refusals.count("too_many_connections") },
    (request, response) => app.listener(request, response),
  );
  let basis = basisOf(parts.running());
  const app = createAdminApp(parts, { tlsOf, refusals });
  server.listen(listen.port, listen.host);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  warnOfIdle(parts, app.endpoints);
  if (tls === null && !isLoopback(address)) log.warn("admin_in_clear", { remedy: CLEAR });
  return {
    address: { host: listen.host, port },
    isSecure: tls !== null,
    renew(next) {
      renew(next.tls.admin);
      const before = basis;
      basis = basisOf(next);
      if (basis === before) return;
      app.endTails();
      warnOfIdle(parts, app.endpoints);
    },
    close: () => {
      app.close();
      return closed(server);
    },
  };
}

/** Not refused: what an endpoint is called may change with the next version. */
function warnOfIdle({ running, log }: AdminParts, endpoints: readonly Endpoint[]): void {
  for (const { source, text } of idleRules(running().roles.rules, endpoints)) {
    log.warn("admin_rule_idle", { rule: text, at: source, remedy: IDLE });
  }
}

const IDLE = "no endpoint has such a path and method; see /api/v1/openapi.json";

type Renewal = Pick<ReturnType<AdminParts["running"]>, "config" | "tls" | "roles">;

/** All that letting somebody in rests on. */
function basisOf({ config, tls, roles }: Renewal): string {
  return JSON.stringify([config.admin, tls.admin?.clients?.revision, roles.snapshot.revision]);
}

const CLEAR = "tokens cross the network in clear; set admin.tls, or listen on loopback";

async function closed(server: Server): Promise<void> {
  const ended = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await ended;
  clearTimeout(late);
}
