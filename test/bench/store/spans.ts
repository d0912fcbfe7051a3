// Lines of spans as services send them: an HTTP server's and a database client's, with the attributes such have.
import type { Random } from "../../../src/core/clock.ts";
import { hexOf } from "./rows.ts";

const RESOURCES = Array.from({ length: 12 }, (_, at) => ({
  "host.name": `node-${String(at % 4)}`,
  "service.instance.id": `pod-${String(at)}`,
  "service.name": `service-${String(at % 6)}`,
  "service.version": "1.8.2",
  "telemetry.sdk.language": "nodejs",
  "telemetry.sdk.name": "opentelemetry",
  "telemetry.sdk.version": "2.1.0",
}));

const NO_EVENTS_NO_LINKS = Array.from({ length: 7 }, () => []);

/** One line of stream `spans`; see streams.ts for its columns. */
export function spanLine(random: Random, atMs: number): string {
  const resource = RESOURCES[Math.floor(random() * RESOURCES.length)] ?? {};
  const isServer = random() < 0.5;
  const entity = Math.floor(random() * 500);
  const nanos = String(Math.floor(random() * 1e6)).padStart(6, "0");
  const row = [
    `${String(Math.floor(atMs / 1000))}.${String(Math.floor(atMs % 1000)).padStart(3, "0")}${nanos}`,
    hexOf(random, 32),
    hexOf(random, 16),
    hexOf(random, 16),
    "",
    isServer ? `GET /orders/{id}/${String(entity % 20)}` : "SELECT shop.orders",
    isServer ? "Server" : "Client",
    resource["service.name" as keyof typeof resource],
    resource,
    isServer ? "@opentelemetry/instrumentation-http" : "@opentelemetry/instrumentation-pg",
    "0.203.0",
    isServer ? serverAttributes(entity) : databaseAttributes(entity),
    Math.floor(random() * 2e7),
    random() < 0.01 ? "Error" : "Unset",
    "",
    ...NO_EVENTS_NO_LINKS,
  ];
  return `${JSON.stringify(row)}\n`;
}

function serverAttributes(entity: number): Readonly<Record<string, string>> {
  return {
    "http.request.method": "GET",
    "http.response.status_code": "200",
    "http.route": "/orders/{id}",
    "network.peer.address": `10.0.3.${String(entity % 250)}`,
    "network.protocol.version": "1.1",
    "server.address": "orders.internal",
    "server.port": "8080",
    "url.path": `/orders/${String(entity)}`,
    "url.scheme": "http",
  };
}

function databaseAttributes(entity: number): Readonly<Record<string, string>> {
  return {
    "db.name": "shop",
    "db.statement": "SELECT * FROM orders WHERE id = $1 AND customer = $2",
    "db.system": "postgresql",
    "db.user": "orders",
    "server.address": "db.internal",
    "server.port": "5432",
    "shop.order": String(entity),
  };
}
