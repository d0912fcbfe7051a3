// What a request needs to know, built whole from the config and swapped by reference, never changed.
import { hashKey } from "../balancer/hash-key.ts";
import type { HashKey } from "../balancer/options.ts";
import type { ServicePool } from "../balancer/service-pool.ts";
import type { Config } from "../config/config.ts";
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { PathForm } from "../core/normal-path.ts";
import { createIdentifier, type Identifier, type IdentifierParts } from "../identity/identifier.ts";
import { createIdentityHeaders } from "../identity/identity-headers.ts";
import { headerOf } from "../policy/options.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import { compileRequestFields, type ReadTuple } from "../policy/request/request-fields.ts";
import type { Propagation } from "../telemetry/propagation.ts";
import { createConceal } from "../telemetry/conceal.ts";
import type { Conceal } from "../telemetry/record.ts";
import { createRedaction } from "../telemetry/redact.ts";
import type { UpstreamPool } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";
import { type ClientFacts, createForwarded, createProxyTest, type Hop } from "../core/forwarded.ts";
import type { LimitOptions, RouteOptions } from "./options.ts";
import { createFieldRules, type OutgoingRules } from "./outgoing.ts";
import {
  createRecordTuple,
  type RecordTuple,
  type SecretFields,
  secretFieldsOf,
} from "./recorded-tuple.ts";
import type { RoutedRequest } from "./route.ts";
import { compileRoutes, type RouteTable } from "./route-table.ts";

/** A service with its endpoints and how they are chosen. */
export interface Service {
  readonly pool: ServicePool;
  readonly retries: number;
  /** Connections by endpoint URL. */
  readonly upstreams: ReadonlyMap<string, UpstreamPool>;
  /** 32-bit hash of what hash policies choose by; 0 for the others. */
  readonly hash: (exchange: Exchange, routed: RoutedRequest) => number;
}

export interface EnforcedPolicy {
  readonly snapshot: PolicySnapshot;
  /** A candidate, asked of the same requests; null: none. */
  readonly shadow: PolicySnapshot | null;
  readonly explain: boolean;
  readonly requestOf: ReadTuple;
  readonly keep: RecordTuple;
}

export interface Snapshot {
  readonly revision: string;
  readonly routes: RouteTable;
  readonly services: ReadonlyMap<string, Service>;
  /** null: none configured, nothing is enforced. */
  readonly policy: EnforcedPolicy | null;
  readonly identifier: Identifier;
  readonly forwarded: (hop: Hop) => ClientFacts;
  /** Whether a peer's connections may be those of many clients. */
  readonly isProxy: (peer: string) => boolean;
  readonly redactQuery: (query: string) => string;
  /** The request fields a row keeps. */
  readonly rowHeaders: (headers: HeaderList) => RawHeaders;
  /** What is done to a row before it is written; null: nothing. */
  readonly conceal: Conceal | null;
  readonly limits: LimitOptions;
  readonly allowedPathForms: readonly PathForm[];
  /** Over TLS nothing is answered without a certificate that can be trusted. */
  readonly requiresCertificate: boolean;
  readonly outgoing: OutgoingRules;
  readonly propagation: Propagation;
}

export interface SnapshotParts {
  readonly revision: string;
  readonly config: Config;
  readonly policy: PolicySnapshot | null;
  readonly shadow: PolicySnapshot | null;
  readonly pools: ReadonlyMap<string, ServicePool>;
  readonly identity: IdentifierParts;
  readonly propagation: Propagation;
  /** By service and endpoint URL. */
  readonly upstreams: ReadonlyMap<string, ReadonlyMap<string, UpstreamPool>>;
}

export function createSnapshot(parts: SnapshotParts): Snapshot {
  const { config, propagation } = parts;
  const identifier = createIdentifier(config.identity, parts.identity);
  const identity = createIdentityHeaders(config.identity.headers, identifier.credentialHeaders);
  const redaction = createRedaction(config.telemetry, config.paths.allow);
  return {
    revision: parts.revision,
    routes: compileRoutes(config.routes),
    services: new Map(
      Object.keys(config.services).map((name) => [name, createService(name, parts)]),
    ),
    policy: enforced(
      parts,
      secretFieldsOf(config.telemetry, identifier.credentialHeaders, redaction),
    ),
    identifier,
    forwarded: createForwarded(config.forwarded),
    isProxy: createProxyTest(config.forwarded),
    redactQuery: redaction.query,
    rowHeaders: redaction.headers,
    conceal: createConceal(config.telemetry),
    limits: config.limits,
    allowedPathForms: config.paths.allow,
    requiresCertificate: config.listen.https?.client_certificates?.required ?? false,
    outgoing: {
      ...createFieldRules(propagation.fields, identity.isReserved, decidedOn(config)),
      isReserved: identity.isReserved,
      passedCredentials: passedBy(config.routes, identifier),
      pseudonym: config.forwarded.pseudonym,
      identityFields: identity.fieldsOf,
    },
    propagation,
  };
}

const NO_FIELDS: ReadonlySet<string> = new Set();

function passedBy(
  routes: readonly RouteOptions[],
  { untakenHeaders }: Identifier,
): OutgoingRules["passedCredentials"] {
  const passing = routes.filter(({ pass_credentials }) => pass_credentials);
  const byRoute = new Map(passing.map((route) => [route, untakenHeaders(route.authenticate)]));
  return (route) => byRoute.get(route) ?? NO_FIELDS;
}

/** The fields (lower case) that routes and policy read. */
function decidedOn({ routes, policy }: Config): ReadonlySet<string> {
  const matched = routes.flatMap(({ match }) => Object.keys(match.headers));
  const asked = policy?.request.flatMap((field) => headerOf(field) ?? []) ?? [];
  return new Set([...matched, ...asked]);
}

function createService(name: string, parts: SnapshotParts): Service {
  const { config, pools } = parts;
  const options = config.services[name];
  const pool = pools.get(name);
  const upstreams = parts.upstreams.get(name);
  if (options === undefined || pool === undefined || upstreams === undefined) {
    throw new Error(`no pool for service ${name}`);
  }
  const hashes = options.balance === "hash" || options.balance === "consistent-hash";
  const hash = hashes ? hasher(options.hash) : (): number => 0;
  return { pool, upstreams, retries: options.retries, hash };
}

function hasher(key: HashKey): Service["hash"] {
  return ({ record, headers }, { head }) =>
    hashKey(key, {
      path: head.path,
      clientAddress: head.client.address,
      principal: record.identity.subject,
      headers,
    });
}

function enforced(
  { config, policy, shadow }: SnapshotParts,
  secrets: SecretFields,
): EnforcedPolicy | null {
  if (config.policy === null || policy === null) return null;
  const fields = compileRequestFields(config.policy.request);
  if (!fields.ok) throw new Error(fields.faults.join("\n"));
  const keep = createRecordTuple(config.policy.request, secrets);
  const { explain } = config.policy;
  return { snapshot: policy, shadow, explain, requestOf: fields.read, keep };
}
