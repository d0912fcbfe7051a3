// Certificates and keys that a config names, read and checked as one: what listeners and clients are made of.
import { hkdfSync, randomBytes } from "node:crypto";
import type {
  AdminTlsOptions,
  ClientCertificateOptions,
  Config,
  HttpsOptions,
} from "../config/config.ts";
import type { Fault } from "../config/fault.ts";
import type { ClientTrust, ServerTls } from "../downstream/options.ts";
import type { UpstreamTls } from "../upstream/options.ts";
import { readOwnCa } from "./own-ca.ts";
import { type CertificateFacts, type NamedFile, readPair, readTrust } from "./pem-files.ts";
import { createReading, digestOf, type Reading } from "./pem-reading.ts";
import { readUpstreams } from "./upstream-tls-files.ts";

export interface LoadedTls {
  /** Changes with any byte of any file. */
  readonly revision: string;
  /** null: no listener for TLS. */
  readonly server: ServerTls | null;
  /** By service. */
  readonly upstreams: Readonly<Record<string, UpstreamTls>>;
  /** null: the admin side speaks plain HTTP. */
  readonly admin: ServerTls | null;
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
  const { tls } = config.admin;
  const reading = createReading();
  const server = https && readServer(httpsFiles(https), reading);
  const admin = tls && readServer(adminFiles(tls), reading);
  const upstreams = readUpstreams(config, reading);
  const ca = config.ca === "" ? null : reading.read(() => readOwnCa(config.ca));
  if (ca !== null) reading.certificates.push(ca);
  const { faults, certificates } = reading;
  if (faults.length > 0) return { ok: false, faults };
  const revision = digestOf([server, admin, upstreams, ca]);
  return { ok: true, tls: { revision, server, admin, upstreams, certificates } };
}

/** What one listener is made of, each file with the key that names it. */
interface ListenerFiles {
  readonly keyPath: string;
  readonly pairs: readonly { readonly cert: NamedFile; readonly key: NamedFile }[];
  /** null: clients are not asked for certificates. */
  readonly clients: Pick<ClientCertificateOptions, "ca" | "crl"> | null;
  readonly minVersion: "1.2" | "1.3";
}

function httpsFiles(https: HttpsOptions): ListenerFiles {
  const keyPath = "listen.https";
  const pairs = https.certificates.map((pair, at) => named(pair, `${keyPath}.certificates[${at}]`));
  return { keyPath, pairs, clients: https.client_certificates, minVersion: https.min_version };
}

function adminFiles(tls: AdminTlsOptions): ListenerFiles {
  const keyPath = "admin.tls";
  const { client_certificates: clients, min_version: minVersion } = tls;
  return { keyPath, pairs: [named(tls, keyPath)], clients, minVersion };
}

function named({ cert, key }: { readonly cert: string; readonly key: string }, path: string) {
  return {
    cert: { file: cert, keyPath: `${path}.cert` },
    key: { file: key, keyPath: `${path}.key` },
  };
}

function readServer(files: ListenerFiles, { read, certificates }: Reading): ServerTls {
  const pairs = files.pairs.flatMap(({ cert, key }) => {
    const found = read(() => readPair(cert, key));
    if (found === null) return [];
    certificates.push(found.facts);
    return [found.pair];
  });
  const { clients: asked, keyPath, minVersion } = files;
  const path = `${keyPath}.client_certificates`;
  const clients = asked && read(() => readClients(asked, { path, certificates }));
  return {
    pairs,
    minVersion: `TLSv${minVersion}`,
    ticketKeys: ticketKeysFor(`${keyPath} ${clients?.revision ?? ""}`),
    clients,
  };
}

function readClients(
  { ca, crl }: Pick<ClientCertificateOptions, "ca" | "crl">,
  { path, certificates }: { readonly path: string; readonly certificates: CertificateFacts[] },
): ClientTrust {
  const list = crl === "" ? null : { file: crl, keyPath: `${path}.crl` };
  const { facts, ...trust } = readTrust({ file: ca, keyPath: `${path}.ca` }, list);
  certificates.push(...facts);
  return { ...trust, revision: digestOf(trust) };
}

/** A ticket carries the verdict on a client's certificate, so it outlives neither its listener nor what that rests on. */
function ticketKeysFor(trust: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", ticketSecret, "", trust, TICKET_KEY_BYTES));
}
