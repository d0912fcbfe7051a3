// The sections that say where weir listens, stores its data and how it ends.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { cidrBlock, pathOf, integer, listenAddress, milliseconds, nameText } from "../fields.ts";

const MAX_WORKERS = 64;

const MAX_CERTIFICATES = 1_000;

export const certificate = z.strictObject({
  cert: pathOf("file").meta({ description: "A certificate and its chain, in PEM" }),
  key: pathOf("file").meta({ description: "Its private key, in PEM without a passphrase" }),
});

export const clientCertificates = z.strictObject({
  ca: pathOf("file").meta({ description: "The authorities that vouch for clients, in PEM" }),
  crl: pathOf("file").optional().meta({
    description: "What they revoked, in PEM: a list of each authority in a chain",
  }),
  required: z.boolean().default(false).meta({
    description: "Whether everything is refused over TLS that comes without a sound certificate",
  }),
});

const httpsSection = z.strictObject({
  listen: listenAddress().meta({ description: "Where requests arrive over TLS" }),
  certificates: z.array(certificate).min(1).max(MAX_CERTIFICATES).meta({
    description: "Chosen by the name a client asks for; the first serves all other names",
  }),
  client_certificates: clientCertificates
    .optional()
    .meta({ description: "Whose certificates clients may present; without it they are not asked" }),
  min_version: z
    .enum(["1.2", "1.3"])
    .default(DEFAULTS.tls_min_version)
    .meta({ description: "The oldest version of TLS, in quotes" }),
});

export const listenSection = z.strictObject({
  http: listenAddress()
    .prefault(DEFAULTS.listen_http)
    .meta({ description: "Where requests arrive; port 0 asks the system for a free one" }),
  https: httpsSection.optional().meta({ description: "Where requests arrive over TLS" }),
});

export const dataField = pathOf("folder").default(DEFAULTS.data).meta({
  description: "Folder for the spool, the embedded store and the CA, seen from the config",
});

export const caField = pathOf("folder").optional().meta({
  description:
    "Folder of a CA by `weir ca init`: what it issued, and this config names, is renewed while weir runs",
});

export const workersField = integer(1, MAX_WORKERS)
  .optional()
  .meta({ description: "Worker threads that carry traffic", default: "number of cores" });

export const drainField = milliseconds(0)
  .default(DEFAULTS.drain_ms)
  .meta({ description: "How long requests in flight may go on at shutdown" });

export const forwardedSection = z.strictObject({
  trusted: z
    .array(cidrBlock())
    .default([])
    .meta({ description: "Proxies in front whose Forwarded and X-Forwarded-* are believed" }),
  pseudonym: nameText()
    .default(DEFAULTS.pseudonym)
    .meta({ description: "weir's name in Via and Forwarded" }),
});
