// From the checked input to the Config the rest of weir sees: paths absolute, names normal, frozen.
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { EndpointOptions, HashKey, ServiceOptions } from "../balancer/options.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { AuthzenOptions, PolicyFiles } from "../policy/options.ts";
import type { HeaderEdit, RouteOptions } from "../proxy/options.ts";
import type { ProtectOptions } from "../telemetry/options.ts";
import { buildClients, buildOwnTls, buildPair, buildUpstreamTls } from "./build-tls.ts";
import type { AdminOptions, Config, ListenOptions } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { cidrOf, originOf } from "./fields.ts";
import { buildCollector } from "./build-collector.ts";
import { absolutePath } from "./named-files.ts";
import { normalHostPattern } from "./route-pattern.ts";
import type { ConfigInput } from "./schema.ts";
import type { EndpointInput, ServiceInput } from "./sections/services.ts";
import type { RouteInput } from "./sections/routes.ts";

const MAX_WORKERS = 64;
const REVISION_LENGTH = 12;

/** `folder` is where relative paths begin. */
export function buildConfig(input: ConfigInput, folder: string): Config {
  const { timeouts, ...rest } = input;
  return deepFreeze({
    ...rest,
    listen: buildListen(input.listen, folder),
    admin: buildAdmin(input.admin, folder),
    collector: buildCollector(input.collector, folder),
    data: resolve(folder, input.data),
    ca: absolutePath(folder, input.ca),
    dashboards: absolutePath(folder, input.dashboards),
    alerts: absolutePath(folder, input.alerts),
    workers: input.workers ?? Math.min(availableParallelism(), MAX_WORKERS),
    store:
      input.store === "embedded" ? { kind: "embedded" } : { kind: "server", url: input.store.url },
    services: mapValues(input.services, (service) => buildService(service, folder)),
    routes: input.routes.map((route) => buildRoute(route, timeouts)),
    policy: input.policy === undefined ? null : buildPolicy(input.policy, folder),
    telemetry: {
      ...input.telemetry,
      headers: input.telemetry.headers.map(lower),
      redact: { ...input.telemetry.redact, headers: input.telemetry.redact.headers.map(lower) },
      protect: buildProtect(input.telemetry.protect),
    },
    identity: buildIdentity(input.identity, folder),
    forwarded: {
      ...input.forwarded,
      trusted: input.forwarded.trusted.map((block) => cidrOf(block) ?? block),
    },
  });
}

/**
 * A short name for what a config says, equal on every machine with the same file and secrets.
 * Secrets enter only through SHA-256, of which 48 bits are kept.
 */
export function revisionOf(input: ConfigInput): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys(input)))
    .digest("hex")
    .slice(0, REVISION_LENGTH);
}

function buildListen({ http, https }: ConfigInput["listen"], folder: string): ListenOptions {
  if (https === undefined) return { http, https: null };
  const certificates = https.certificates.map((pair) => buildPair(pair, folder));
  const client_certificates = buildClients(https.client_certificates, folder);
  return { http, https: { ...https, certificates, client_certificates } };
}

function buildAdmin(input: ConfigInput["admin"], folder: string): AdminOptions {
  const { tls, rules, certificates } = input;
  return {
    ...input,
    tls: tls === undefined ? null : buildOwnTls(tls, folder),
    certificates: certificates.map(({ subject, role }) => {
      return { subject: subject.includes(":") ? subject : lower(subject), role };
    }),
    rules: absolutePath(folder, rules),
  };
}

function buildService(input: ServiceInput, folder: string): ServiceOptions {
  return {
    ...input,
    endpoints: input.endpoints.map(buildEndpoint),
    hash: buildHash(input.hash),
    tls: buildUpstreamTls(input.tls, folder),
  };
}

function buildEndpoint(input: EndpointInput): EndpointOptions {
  const { url, weight } =
    typeof input === "string" ? { url: input, weight: DEFAULTS.service.weight } : input;
  return { url: originOf(url) ?? url, weight };
}

function buildHash({ on, name = "" }: ServiceInput["hash"]): HashKey {
  if (on === "header") return { on, name: lower(name) };
  return on === "cookie" ? { on, name } : { on };
}

function buildRoute(input: RouteInput, timeouts: ConfigInput["timeouts"]): RouteOptions {
  return {
    ...input,
    match: {
      ...input.match,
      host: normalHostPattern(input.match.host) ?? input.match.host,
      headers: mapKeys(input.match.headers, lower),
    },
    rewrite: input.rewrite ?? null,
    request_headers: buildEdit(input.request_headers),
    response_headers: buildEdit(input.response_headers),
    timeouts: {
      connect_ms: input.timeouts.connect_ms ?? timeouts.connect_ms,
      header_ms: input.timeouts.header_ms ?? timeouts.header_ms,
      idle_ms: input.timeouts.idle_ms ?? timeouts.idle_ms,
      min_bytes_per_second: input.timeouts.min_bytes_per_second ?? timeouts.min_bytes_per_second,
      total_ms: input.timeouts.total_ms ?? timeouts.total_ms,
    },
  };
}

function buildProtect(input: ConfigInput["telemetry"]["protect"]): ProtectOptions | null {
  if (input === undefined) return null;
  return { ...input, encrypt: input.encrypt.map(lower), hash: input.hash.map(lower) };
}

function buildIdentity(input: ConfigInput["identity"], folder: string): IdentityOptions {
  const { users } = input;
  return {
    ...input,
    tokens: input.tokens.map(({ audience = [], jwks_url = "", introspection = null, ...rest }) => ({
      ...rest,
      audience,
      jwks_url,
      introspection,
    })),
    users: users === undefined ? null : { ...users, file: resolve(folder, users.file) },
    headers: mapValues(input.headers, lower),
  };
}

function buildEdit({ set, remove }: HeaderEdit): HeaderEdit {
  return { set: mapKeys(set, lower), remove: remove.map(lower) };
}

export function buildPolicy(
  policy: NonNullable<ConfigInput["policy"]>,
  folder: string,
): NonNullable<Config["policy"]> {
  const { shadow = null, cases = join(dirname(policy.rules), DEFAULTS.policy_cases) } = policy;
  return {
    ...policy,
    ...policyFiles(policy, folder),
    cases: resolve(folder, cases),
    shadow: shadow && { ...policyFiles(shadow, folder), context: policy.context },
    authzen: policy.authzen === undefined ? null : buildAuthzen(policy.authzen, folder),
  };
}

type AuthzenInput = NonNullable<NonNullable<ConfigInput["policy"]>["authzen"]>;

function buildAuthzen(input: AuthzenInput, folder: string): AuthzenOptions {
  const { model, rules, context, request, entities, url = "" } = input;
  const hasOwn = model !== undefined && rules !== undefined;
  return {
    policy: hasOwn ? { ...policyFiles({ model, rules }, folder), context } : null,
    request,
    entities: absolutePath(folder, entities),
    url,
  };
}

function policyFiles({ model, rules }: PolicyFiles, folder: string): PolicyFiles {
  return { model: resolve(folder, model), rules: resolve(folder, rules) };
}

function lower(text: string): string {
  return text.toLowerCase();
}

function mapKeys<T>(
  from: Readonly<Record<string, T>>,
  change: (key: string) => string,
): Record<string, T> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [change(key), value]));
}

function mapValues<K extends string, T, R>(
  from: Readonly<Record<K, T>>,
  change: (value: T) => R,
): Record<K, R> {
  const entries = Object.entries<T>(from).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(entries) as Record<K, R>;
}

/** Key order in the file must not change the revision; the order of lists does. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
