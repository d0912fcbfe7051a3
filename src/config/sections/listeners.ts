// The sections that say where weir listens, stores its data and how it ends.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import {
  anyText,
  cidrBlock,
  pathOf,
  integer,
  listenAddress,
  milliseconds,
  nameText,
} from "../fields.ts";

const MAX_WORKERS = 64;

export const listenSection = z.strictObject({
  http: listenAddress()
    .prefault(DEFAULTS.listen_http)
    .meta({ description: "Where requests arrive; port 0 asks the system for a free one" }),
});

export const adminSection = z.strictObject({
  listen: listenAddress().prefault(DEFAULTS.admin_listen).meta({
    description: "Where the admin API and the UI answer; beyond loopback only with a token",
  }),
  token: anyText()
    .default("")
    .meta({ description: "Bearer token of the admin API; a secret, so give a reference" }),
});

export const dataField = pathOf("folder").default(DEFAULTS.data).meta({
  description: "Folder for the spool, the embedded store and the CA, seen from the config",
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
