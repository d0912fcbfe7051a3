// Checks within a service: no endpoint twice, a hash that has its name, TLS that has what it needs.
import type { Finding, KeyPath } from "./fault.ts";
import { originOf } from "./fields.ts";
import { listOf, mappingOf, textOf, type RawMapping } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

interface NamedEndpoint {
  readonly id: string;
  readonly path: KeyPath;
}

export function checkServices(config: RawMapping): Finding[] {
  return Object.entries(mappingOf(config["services"])).flatMap(([name, service]) =>
    checkService(["services", name], mappingOf(service)),
  );
}

function checkService(path: KeyPath, service: RawMapping): Finding[] {
  const endpoints = listOf(service["endpoints"]).map((endpoint, at) => ({
    id: originOf(textOf(endpoint) || textOf(mappingOf(endpoint)["url"])) ?? "",
    path: [...path, "endpoints", at],
  }));
  return [
    ...findRepeated(endpoints, "endpoint"),
    ...checkHash([...path, "hash"], service["hash"]),
    ...(service["tls"] === undefined ? [] : checkPlain(endpoints)),
    ...checkTls([...path, "tls"], mappingOf(service["tls"])),
  ];
}

function checkHash(path: KeyPath, raw: unknown): Finding[] {
  const hash = mappingOf(raw);
  const named = hash["on"] === "header" || hash["on"] === "cookie";
  const name = [...path, "name"];
  if (named && hash["name"] === undefined) {
    return [{ path: name, message: `is required: the name of the ${textOf(hash["on"])}` }];
  }
  if (named || hash["name"] === undefined) return [];
  return [{ path: name, message: "is only for on: header and on: cookie; remove it" }];
}

/** Who says how TLS is done takes it for done. */
function checkPlain(endpoints: readonly NamedEndpoint[]): Finding[] {
  const message = "is not encrypted, but the service has tls; write https:// or remove tls";
  return endpoints
    .filter(({ id }) => id.startsWith("http:"))
    .map(({ path }) => ({ path, message }));
}

const TOGETHER = [
  ["key", "cert"],
  ["cert", "key"],
  ["crl", "ca"],
  // Anybody may get a certificate of the world's authorities, and what they sign has no such names.
  ["server_id", "ca"],
] as const;

function checkTls(path: KeyPath, tls: RawMapping): Finding[] {
  return TOGETHER.filter(([key, other]) => tls[key] !== undefined && tls[other] === undefined).map(
    ([key, other]) => ({ path: [...path, other], message: `is required: ${key} needs it` }),
  );
}
