// Certificates and keys for the way to upstreams, as the config names them by service.
import type { Config } from "../../config/config.ts";
import type { UpstreamTls, UpstreamTlsOptions } from "../../upstream/options.ts";
import { digestOf, type PemReading } from "./pem-reading.ts";

const NO_PAIR = { cert: "", key: "" };

/** By service, those alone that say something of TLS. */
export function readUpstreams(
  { services }: Config,
  reading: PemReading,
): Readonly<Record<string, UpstreamTls>> {
  const found = Object.entries(services).flatMap(([name, { tls }]) =>
    tls === null ? [] : [[name, readUpstream(tls, `services.${name}.tls`, reading)] as const],
  );
  return Object.fromEntries(found);
}

function readUpstream(options: UpstreamTlsOptions, path: string, reading: PemReading): UpstreamTls {
  const { ca, crl } = options;
  const material = {
    ca: (ca && reading.authorities({ file: ca, keyPath: `${path}.ca` })) ?? "",
    crls: (crl === "" ? null : reading.lists({ file: crl, keyPath: `${path}.crl` })) ?? [],
    ...readOwn(options, path, reading),
    serverName: options.server_name,
    serverId: options.server_id,
    minVersion: `TLSv${options.min_version}`,
  } as const;
  return { ...material, revision: digestOf(material) };
}

function readOwn(
  { cert, key }: UpstreamTlsOptions,
  path: string,
  reading: PemReading,
): Pick<UpstreamTls, "cert" | "key"> {
  if (cert === "") return NO_PAIR;
  const keyFile = { file: key, keyPath: `${path}.key` };
  return reading.pair({ file: cert, keyPath: `${path}.cert` }, keyFile) ?? NO_PAIR;
}
