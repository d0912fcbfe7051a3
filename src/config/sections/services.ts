// The section that names the services and says how their endpoints are chosen.
import { z } from "zod";
import { BALANCE_POLICIES } from "../../balancer/options.ts";
import { DEFAULTS } from "../defaults.ts";
import { dnsName, endpointUrl, fieldName, integer, nameText, pathOf, spiffeId } from "../fields.ts";
import { minVersionField } from "./tls.ts";

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

const tls = z.strictObject({
  ca: pathOf("file").optional().meta({
    description: "The authorities that vouch for the endpoints, in PEM, and no others",
    default: "those that Node trusts",
  }),
  crl: pathOf("file").optional().meta({
    description: "What those revoked, in PEM: a list of each authority in a chain",
  }),
  cert: pathOf("file").optional().meta({
    description: "weir's own certificate and its chain, for endpoints that ask for one, in PEM",
  }),
  key: pathOf("file").optional().meta({ description: "Its private key, without a passphrase" }),
  server_name: dnsName().optional().meta({
    description: "Which name is asked for and verified",
    default: "the host of the URL",
  }),
  server_id: spiffeId().optional().meta({
    description: "The SPIFFE ID that an endpoint's certificate must have, instead of a name",
  }),
  min_version: minVersionField,
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
  tls: tls.optional().meta({ description: "How https endpoints are trusted, and trust weir" }),
});

export const servicesSection = z
  .record(nameText(), serviceSchema)
  .refine((services) => Object.keys(services).length > 0, "must name at least one service")
  .meta({ description: "The services, by name" });

export type ServiceInput = z.output<typeof serviceSchema>;
export type EndpointInput = z.output<typeof endpoint>;
