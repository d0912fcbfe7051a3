// The sections that say where weir listens, stores its data and how it ends.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { cidrBlock, pathOf, integer, listenAddress, milliseconds, nameText } from "../fields.ts";
import { certificate, clientsOrNobodyField, minVersionField } from "./tls.ts";

const MAX_WORKERS = 64;

const MAX_CERTIFICATES = 1_000;

const httpsSection = z.strictObject({
  listen: listenAddress().meta({ description: "Where requests arrive over TLS" }),
  certificates: z.array(certificate).min(1).max(MAX_CERTIFICATES).meta({
    description: "Chosen by the name a client asks for; the first serves all other names",
  }),
  client_certificates: clientsOrNobodyField,
  min_version: minVersionField,
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

export const dashboardsField = pathOf("folder").optional().meta({
  description:
    "Folder of your own panels/*.sql and boards/*.yaml, which add to weir's and override them by name",
});

export const alertsField = pathOf("file or folder").optional().meta({
  description: "YAML file of alert rules, SLOs and whom to tell, or a folder of such files",
  default: "only what weir says of itself",
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
