// Which certificate a client is shown: by the name it asks for, ECDSA or RSA by what it can verify.
import type { SecureContextOptions } from "node:tls";
import type { CertificatePair, ServerTls } from "./options.ts";

/** Forward secrecy and authenticated encryption only; the first three are those of TLS 1.3. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");
const SESSION_CONTEXT = "weir";
const SESSION_SECONDS = 300;

/** What every context of a listener has, but for ticket keys, which change by themselves. One without a session context would resume no client with a certificate. */
export function contextOptions(
  { minVersion, clients }: ServerTls,
  pairs: readonly CertificatePair[],
): SecureContextOptions {
  const cert = pairs.map((pair) => pair.cert);
  return {
    cert,
    key: pairs.map((pair) => pair.key),
    // Without any, each context would take up all of the world's authorities.
    ca: clients === null ? cert : clients.ca,
    ...(clients === null || clients.crls.length === 0 ? {} : { crl: [...clients.crls] }),
    ciphers: CIPHERS,
    honorCipherOrder: true,
    minVersion,
    secureOptions: NO_RENEGOTIATION,
    sessionIdContext: SESSION_CONTEXT,
    sessionTimeout: SESSION_SECONDS,
  };
}

/** SSL_OP_NO_RENEGOTIATION, which Node's types don't know. */
const NO_RENEGOTIATION = 0x4000_0000;

export interface CertificateChoice {
  /** For a client that asks for no name. */
  readonly first: readonly CertificatePair[];
  /** For a name in any case; those of `first` where nothing fits. */
  readonly forName: (name: string) => readonly CertificatePair[];
}

/** An exact name goes before a wildcard, which stands for one label (RFC 9525 section 6.3); then the order of the config. */
export function chooseCertificates(pairs: readonly CertificatePair[]): CertificateChoice {
  const named = new Map<string, readonly CertificatePair[]>();
  for (const name of new Set(pairs.flatMap(({ names }) => names))) {
    named.set(name, oneOfEachType(fitting(pairs, name)));
  }
  const [head] = pairs;
  const first = oneOfEachType(fitting(pairs, head?.names[0] ?? "", head));
  return {
    first,
    forName(asked) {
      // Some clients send the dot of a full name, which RFC 6066 section 3 leaves out.
      const name = asked.toLowerCase().replace(/\.$/, "");
      return named.get(name) ?? named.get(wildcardOf(name)) ?? first;
    },
  };
}

function fitting(
  pairs: readonly CertificatePair[],
  name: string,
  head?: CertificatePair,
): CertificatePair[] {
  const exact = pairs.filter(({ names }) => names.includes(name));
  const wild = pairs.filter(({ names }) => names.includes(wildcardOf(name)));
  return [...(head === undefined ? [] : [head]), ...exact, ...wild];
}

function wildcardOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 1 ? "" : `*${name.slice(dot)}`;
}

function oneOfEachType(pairs: readonly CertificatePair[]): CertificatePair[] {
  const types = new Set<string>();
  return pairs.filter(({ keyType }) => !types.has(keyType) && types.add(keyType));
}
