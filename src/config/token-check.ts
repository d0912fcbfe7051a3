// Checks of identity.tokens: one source of keys each, keys that can be used, issuers that are not there twice.
import { PUBLIC_ALGORITHMS, readPublicKeys } from "../core/verification-key.ts";
import { secureUrl } from "../core/secure-url.ts";
import type { Finding, KeyPath } from "./fault.ts";
import { listOf, mappingOf, type RawMapping, textOf } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

export function checkTokens(config: RawMapping): Finding[] {
  const issuers = listOf(mappingOf(config["identity"])["tokens"]).map((raw, at) => ({
    path: ["identity", "tokens", at] as const,
    issuer: mappingOf(raw),
  }));
  const names = issuers.map(({ path, issuer }) => ({
    id: textOf(issuer["issuer"]),
    path: [...path, "issuer"],
  }));
  return [
    ...findRepeated(names, "issuer"),
    ...checkIntrospection(issuers),
    ...issuers.flatMap(({ path, issuer }) => [
      ...checkSource(path, issuer),
      ...checkKeys(path, issuer),
      ...checkAlgorithms(path, issuer),
    ]),
  ];
}

interface RawIssuer {
  readonly path: KeyPath;
  readonly issuer: RawMapping;
}

function checkIntrospection(issuers: readonly RawIssuer[]): Finding[] {
  const asked = issuers.filter(({ issuer }) => issuer["introspection"] !== undefined);
  const all = issuers.filter((each) => !asked.includes(each));
  return [
    ...asked.slice(1).map(({ path }) => {
      const message = "is the second one: a token that is no JWT does not say whom to ask";
      return { path: [...path, "introspection"], message };
    }),
    ...all
      .filter(({ issuer }) => issuer["audience"] === undefined)
      .map(({ path }) => ({ path: [...path, "audience"], message: "is required" })),
  ];
}

function checkSource(path: KeyPath, issuer: RawMapping): Finding[] {
  const given = [
    issuer["jwks_url"] !== undefined,
    issuer["discovery"] === true,
    listOf(issuer["keys"]).length > 0,
    listOf(issuer["secrets"]).length > 0,
    issuer["introspection"] !== undefined,
  ].filter(Boolean);
  if (given.length !== 1) {
    const sources = "jwks_url, discovery: true, keys, secrets and introspection";
    return [{ path, message: `needs exactly one of ${sources}` }];
  }
  if (issuer["discovery"] !== true || secureUrl(textOf(issuer["issuer"])) !== null) return [];
  const message = "must be an https URL, or http to loopback, so that it can be asked";
  return [{ path: [...path, "issuer"], message }];
}

function checkKeys(path: KeyPath, issuer: RawMapping): Finding[] {
  return listOf(issuer["keys"]).flatMap((text, at) => {
    const read = readPublicKeys(textOf(text));
    return read.ok || text === "" ? [] : [{ path: [...path, "keys", at], message: read.fault }];
  });
}

/** A public key that is taken for a shared secret would let everybody sign. */
function checkAlgorithms(path: KeyPath, issuer: RawMapping): Finding[] {
  const isSecret = listOf(issuer["secrets"]).length > 0;
  const isPublic = (name: unknown): boolean => PUBLIC_ALGORITHMS.some((each) => each === name);
  return listOf(issuer["algorithms"]).flatMap((name, at) => {
    if (isPublic(name) !== isSecret) return [];
    const message = isSecret ? "is not for secrets; name HS256" : "is only for secrets";
    return [{ path: [...path, "algorithms", at], message }];
  });
}
