// Certificates, keys and authorities that the config names: their paths absolute, null or empty where there are none.
import type { UpstreamTlsOptions } from "../upstream/options.ts";
import type { AdminOptions, ClientCertificateOptions } from "./config.ts";
import { absolutePath } from "./named-files.ts";
import type { ConfigInput } from "./schema.ts";
import type { ServiceInput } from "./sections/services.ts";

interface Pair {
  readonly cert: string;
  readonly key: string;
}

interface Clients {
  readonly ca: string;
  readonly crl?: string | undefined;
}

export function buildPair({ cert, key }: Pair, folder: string): Pair {
  return { cert: absolutePath(folder, cert), key: absolutePath(folder, key) };
}

export function buildClients<T extends Clients>(
  clients: T | undefined,
  folder: string,
): (T & Pick<ClientCertificateOptions, "crl">) | null {
  if (clients === undefined) return null;
  const { ca, crl } = clients;
  return { ...clients, ca: absolutePath(folder, ca), crl: absolutePath(folder, crl) };
}

/** Of a listener that has one certificate. */
export function buildOwnTls(
  tls: NonNullable<ConfigInput["admin"]["tls"]>,
  folder: string,
): NonNullable<AdminOptions["tls"]> {
  const client_certificates = buildClients(tls.client_certificates, folder);
  return { ...tls, ...buildPair(tls, folder), client_certificates };
}

export function buildUpstreamTls(
  input: ServiceInput["tls"],
  folder: string,
): UpstreamTlsOptions | null {
  if (input === undefined) return null;
  const { ca, crl, cert = "", key = "", server_name = "", server_id = "", min_version } = input;
  return {
    ca: absolutePath(folder, ca),
    crl: absolutePath(folder, crl),
    ...buildPair({ cert, key }, folder),
    server_name: server_name.toLowerCase(),
    server_id,
    min_version,
  };
}
