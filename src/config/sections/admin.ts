// The section that says where the admin side answers, over what, and to whom.
import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { anyText, listenAddress, nameText, pathOf, textLike } from "../fields.ts";
import { ownTls } from "./tls.ts";

const MAX_CALLERS = 1000;

const role = (): z.ZodString =>
  nameText().meta({
    description:
      "viewer reads, operator saves test cases, silences alerts and takes endpoints out, owner may do all; or a role of admin.rules",
  });

const adminToken = z.strictObject({
  token: textLike("visible ASCII without blanks, 16 to 512 long", (text) =>
    /^[!-~]{16,512}$/.test(text),
  ).meta({ description: "The secret; give a reference" }),
  name: nameText().meta({ description: "Who holds it, in audit rows" }),
  role: role(),
});

/** A URI has a scheme; DNS names have no colon. */
const adminCertificate = z.strictObject({
  subject: textLike("a URI such as spiffe://example.org/ops, or a DNS name", (text) =>
    /^(?:[a-z][a-z0-9+.-]*:[!-~]+|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/.test(text),
  ).meta({
    description:
      "The one SPIFFE ID, DNS name or URI of a client certificate, looked for in this order",
  }),
  role: role(),
});

export const adminSection = z.strictObject({
  listen: listenAddress().prefault(DEFAULTS.admin_listen).meta({
    description:
      "Where the admin API and the UI answer; beyond loopback only with a token or a client certificate",
  }),
  tls: ownTls.optional().meta({
    description: "Answers over TLS only",
    default: "none: plain HTTP, whose tokens everybody on the way can read",
  }),
  token: anyText().default("").meta({
    description:
      "Bearer token of the admin API, with the role owner; a secret, so give a reference",
  }),
  tokens: z
    .array(adminToken)
    .max(MAX_CALLERS)
    .default([])
    .meta({ description: "Further bearer tokens, each with its holder's name and role" }),
  certificates: z
    .array(adminCertificate)
    .max(MAX_CALLERS)
    .default([])
    .meta({ description: "Client certificates that are let in, each with its role" }),
  rules: pathOf("file")
    .optional()
    .meta({ description: "What each role may do, instead of the built-in rules" }),
});
