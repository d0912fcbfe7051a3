// Certificates and keys for the way to upstreams, as the config names them by service.
import type { Config } from "../config/config.ts";
import type { UpstreamTls, UpstreamTlsOptions } from "../upstream/options.ts";
import { readPair, readTrust } from "./pem-files.ts";
import { digestOf, type Reading } from "./pem-reading.ts";

const NO_AUTHORITIES = { ca: "", crls: [] };
const NO_PAIR = { cert: "", key: "" };

/** By service, those alone that say something of TLS. */
export function readUpstreams(
  { services }: Config,
  reading: Reading,
): Readonly<Record<string, UpstreamTls>> {
  const found = Object.entries(services).flatMap(([name, { tls }]) =>
    tls === null ? [] : [[name, readUpstream(tls, `services.${name}.tls`, reading)] as const],
  );
  return Object.fromEntries(found);
}

function readUpstream(options: UpstreamTlsOptions, path: string, reading: Reading): UpstreamTls {
  const material = {
    ...readAuthorities(options, path, reading),
    ...readOwn(options, path, reading),
    serverName: options.server_name,
    serverId: options.server_id,
    minVersion: `TLSv${options.min_version}`,
  } as const;
  return { ...material, revision: digestOf(material) };
}

function readAuthorities(
  { ca, crl }: UpstreamTlsOptions,
  path: string,
  { read, certificates }: Reading,
): Pick<UpstreamTls, "ca" | "crls"> {
  if (ca === "") return NO_AUTHORITIES;
  const list = crl === "" ? null : { file: crl, keyPath: `${path}.crl` };
  const found = read(() => readTrust({ file: ca, keyPath: `${path}.ca` }, list));
  if (found === null) return NO_AUTHORITIES;
  certificates.push(...found.facts);
  return { ca: found.ca, crls: found.crls };
}

function readOwn(
  { cert, key }: UpstreamTlsOptions,
  path: string,
  { read, certificates }: Reading,
): Pick<UpstreamTls, "cert" | "key"> {
  if (cert === "") return NO_PAIR;
  const found = read(() =>
    readPair({ file: cert, keyPath: `${path}.cert` }, { file: key, keyPath: `${path}.key` }),
  );
  if (found === null) return NO_PAIR;
  certificates.push(found.facts);
  return { cert: found.pair.cert, key: found.pair.key };
}
