// Certificates and keys for the way to upstreams, as the config names them by service.
import type { Config } from "../../config/config.ts";
import type { UpstreamTls, UpstreamTlsOptions } from "../../upstream/options.ts";
import { digestOf, type PemReading } from "./pem-reading.ts";

const NO_TRUST = { ca: "", crls: [] };
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
  const material = {
    ...((options.ca === "" ? null : reading.trust(options, path)) ?? NO_TRUST),
    ...((options.cert === "" ? null : reading.pair(options, path)) ?? NO_PAIR),
    serverName: options.server_name,
    serverId: options.server_id,
    minVersion: `TLSv${options.min_version}`,
  } as const;
  return { ...material, revision: digestOf(material) };
}
