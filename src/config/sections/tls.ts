// Fields that every place with certificates has alike: pairs, clients' authorities, the oldest version of TLS.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { pathOf } from "../fields.ts";

export const certificate = z.strictObject({
  cert: pathOf("file").meta({ description: "A certificate and its chain, in PEM" }),
  key: pathOf("file").meta({ description: "Its private key, in PEM without a passphrase" }),
});

const clientCertificates = z.strictObject({
  ca: pathOf("file").meta({ description: "The authorities that vouch for clients, in PEM" }),
  crl: pathOf("file").optional().meta({
    description: "What they revoked, in PEM: a list of each authority in a chain",
  }),
});

const CLIENTS = "Whose certificates clients may present; without it they are not asked";

const clientsField = clientCertificates.optional().meta({ description: CLIENTS });

export const clientsOrNobodyField = clientCertificates
  .extend({
    required: z.boolean().default(false).meta({
      description: "Whether everything is refused over TLS that comes without a sound certificate",
    }),
  })
  .optional()
  .meta({ description: CLIENTS });

export const minVersionField = z
  .enum(["1.2", "1.3"])
  .default(DEFAULTS.tls_min_version)
  .meta({ description: "The oldest version of TLS, in quotes" });

/** Of a listener that has one certificate. */
export const ownTls = z.strictObject({
  ...certificate.shape,
  client_certificates: clientsField,
  min_version: minVersionField,
});
