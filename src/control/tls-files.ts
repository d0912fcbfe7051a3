// Certificates and keys that a config names, read and checked as one: what listeners and clients are made of.
import { hkdfSync, randomBytes } from "node:crypto";
import type { ClientCertificateOptions, Config, HttpsOptions } from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { ClientTrust, ServerTls } from "../downstream/options.ts";
import type { UpstreamTls } from "../upstream/options.ts";
import { type CertificateFacts, readPair, readTrust } from "./pem-files.ts";
import { createReading, digestOf, type Reading } from "./pem-reading.ts";
import { readUpstreams } from "./upstream-tls-files.ts";

export interface LoadedTls {
  /** Changes with any byte of any file. */
  readonly revision: string;
  /** null: no listener for TLS. */
  readonly server: ServerTls | null;
  /** By service. */
  readonly upstreams: Readonly<Record<string, UpstreamTls>>;
  readonly certificates: readonly CertificateFacts[];
}

export type TlsCheck =
  | { readonly ok: true; readonly tls: LoadedTls }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const TICKET_KEY_BYTES = 48;
/** Tickets are this process's own: what they resume dies with it. */
const ticketSecret = randomBytes(32);

/** Never throws: a file that can't be read is a fault like any other. */
export function loadTls(config: Config): TlsCheck {
  const { https } = config.listen;
  const reading = createReading();
  const server = https === null ? null : readServer(https, reading);
  const upstreams = readUpstreams(config, reading);
  const { faults, certificates } = reading;
  if (faults.length > 0) return { ok: false, faults };
  const revision = digestOf([server, upstreams]);
  return { ok: true, tls: { revision, server, upstreams, certificates } };
}

function readServer(https: HttpsOptions, { read, certificates }: Reading): ServerTls {
  const pairs = https.certificates.flatMap(({ cert, key }, at) => {
    const path = `listen.https.certificates[${at}]`;
    const found = read(() =>
      readPair({ file: cert, keyPath: `${path}.cert` }, { file: key, keyPath: `${path}.key` }),
    );
    if (found === null) return [];
    certificates.push(found.facts);
    return [found.pair];
  });
  const { client_certificates: asked } = https;
  const clients = asked && read(() => readClients(asked, certificates));
  return {
    pairs,
    minVersion: `TLSv${https.min_version}`,
    ticketKeys: ticketKeysFor(clients?.revision ?? ""),
    clients,
  };
}

function readClients(
  { ca, crl }: ClientCertificateOptions,
  certificates: CertificateFacts[],
): ClientTrust {
  const path = "listen.https.client_certificates";
  const list = crl === "" ? null : { file: crl, keyPath: `${path}.crl` };
  const { facts, ...trust } = readTrust({ file: ca, keyPath: `${path}.ca` }, list);
  certificates.push(...facts);
  return { ...trust, revision: digestOf(trust) };
}

/** A ticket carries the verdict on a client's certificate, so it does not outlive what that rests on. */
function ticketKeysFor(trust: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", ticketSecret, "", trust, TICKET_KEY_BYTES));
}
