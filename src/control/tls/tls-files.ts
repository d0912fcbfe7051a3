// Certificates and keys that a config names, read and checked as one: what listeners and clients are made of.
import type { AdminTlsOptions, Config, HttpsOptions } from "../../config/config.ts";
import type { Fault } from "../../config/fault.ts";
import type { ClientTrust, ServerTls } from "../../downstream/options.ts";
import type { UpstreamTls } from "../../upstream/options.ts";
import { readOwnCa } from "./own-ca.ts";
import type { CertificateFacts } from "./pem-files.ts";
import {
  digestOf,
  type HeldPems,
  type PairFiles,
  PemReading,
  type TrustFiles,
} from "./pem-reading.ts";
import { readUpstreams } from "./upstream-tls-files.ts";

export interface LoadedTls {
  /** Changes with any byte of what is in use. */
  readonly revision: string;
  /** null: no listener for TLS. */
  readonly server: ServerTls | null;
  /** By service. */
  readonly upstreams: Readonly<Record<string, UpstreamTls>>;
  /** null: the admin side speaks plain HTTP. */
  readonly admin: ServerTls | null;
  /** null: the collector speaks plain HTTP, or there is none. */
  readonly collector: ServerTls | null;
  readonly certificates: readonly CertificateFacts[];
  /** Why files as they are now are not in use; what they held before goes on. */
  readonly faults: readonly Fault[];
  readonly held: HeldPems;
}

export type TlsCheck =
  | { readonly ok: true; readonly tls: LoadedTls }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Never throws: a file that can't be read is a fault like any other. Where it was in use `before` it
 * is only told of, so that a pair half written holds back nothing else.
 */
export function loadTls(config: Config, before: Pick<LoadedTls, "held"> | null = null): TlsCheck {
  const { https } = config.listen;
  const { tls } = config.admin;
  const { tls: received = null } = config.collector ?? {};
  const reading = new PemReading(before?.held);
  const server = https && readServer(httpsFiles(https), reading);
  const admin = tls && readServer(ownFiles(tls, "admin.tls"), reading);
  const collector = received && readServer(ownFiles(received, "collector.tls"), reading);
  const upstreams = readUpstreams(config, reading);
  const ca = config.ca === "" ? null : reading.facts(config.ca, () => readOwnCa(config.ca));
  const { faults, kept, certificates, held } = reading;
  if (faults.length > 0) return { ok: false, faults: [...faults, ...kept] };
  const revision = digestOf([server, admin, collector, upstreams, ca]);
  const used = { revision, server, admin, collector, upstreams, certificates };
  return { ok: true, tls: { ...used, faults: kept, held } };
}

/** What one listener is made of, with the keys that name it. */
interface ListenerFiles {
  readonly keyPath: string;
  readonly pairs: readonly { readonly files: PairFiles; readonly keyPath: string }[];
  /** null: clients are not asked for certificates. */
  readonly clients: TrustFiles | null;
  readonly minVersion: "1.2" | "1.3";
}

function httpsFiles(https: HttpsOptions): ListenerFiles {
  const keyPath = "listen.https";
  const pairs = https.certificates.map((files, at) => {
    return { files, keyPath: `${keyPath}.certificates[${at}]` };
  });
  return { keyPath, pairs, clients: https.client_certificates, minVersion: https.min_version };
}

/** Of a listener that has one certificate. */
function ownFiles(tls: AdminTlsOptions, keyPath: string): ListenerFiles {
  const { client_certificates: clients, min_version: minVersion } = tls;
  return { keyPath, pairs: [{ files: tls, keyPath }], clients, minVersion };
}

function readServer(
  { pairs: named, clients: asked, keyPath, minVersion }: ListenerFiles,
  reading: PemReading,
): ServerTls {
  const pairs = named.flatMap((each) => reading.pair(each.files, each.keyPath) ?? []);
  const clients = asked && readClients(asked, `${keyPath}.client_certificates`, reading);
  return {
    pairs,
    minVersion: `TLSv${minVersion}`,
    ticketScope: `${keyPath} ${clients?.revision ?? ""}`,
    clients,
  };
}

function readClients(files: TrustFiles, path: string, reading: PemReading): ClientTrust | null {
  const trust = reading.trust(files, path);
  return trust && { ...trust, revision: digestOf(trust) };
}
