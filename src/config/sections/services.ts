// The section that names the services and says how their endpoints are chosen.
import { z } from "zod";
import { BALANCE_POLICIES } from "../../balancer/options.ts";
import { DEFAULTS } from "../defaults.ts";
import { endpointUrl, fieldName, integer, nameText } from "../fields.ts";

const MAX_WEIGHT = 1_000;
const MAX_ENDPOINTS = 1_000;
const MAX_CONNECTIONS = 65_535;
const MAX_RETRIES = 10;
const { service } = DEFAULTS;

const endpoint = z.union([
  endpointUrl(),
  z.strictObject({
    url: endpointUrl().meta({ description: "Origin of one endpoint" }),
    weight: integer(0, MAX_WEIGHT)
      .default(service.weight)
      .meta({ description: "Relative share of the traffic; 0 takes none" }),
  }),
]);

const hash = z.strictObject({
  on: z
    .enum(["path", "client_address", "principal", "header", "cookie"])
    .default(service.hash_on)
    .meta({ description: "What hash and consistent-hash look at" }),
  name: fieldName().optional().meta({ description: "Which header or cookie; only with those" }),
});

const serviceSchema = z.strictObject({
  endpoints: z
    .array(endpoint)
    .min(1)
    .max(MAX_ENDPOINTS)
    .meta({ description: "Where the service runs; a plain URL has weight 1" }),
  balance: z
    .enum(BALANCE_POLICIES)
    .default(service.balance)
    .meta({ description: "How an endpoint is chosen" }),
  hash: hash.prefault({}).meta({ description: "The key of hash and consistent-hash" }),
  connections: integer(1, MAX_CONNECTIONS)
    .default(service.connections)
    .meta({ description: "At most this many connections from one worker to one endpoint" }),
  retries: integer(0, MAX_RETRIES)
    .default(service.retries)
    .meta({ description: "Further endpoints tried where connecting failed" }),
});

export const servicesSection = z
  .record(nameText(), serviceSchema)
  .refine((services) => Object.keys(services).length > 0, "must name at least one service")
  .meta({ description: "The services, by name" });

export type ServiceInput = z.output<typeof serviceSchema>;
export type EndpointInput = z.output<typeof endpoint>;
