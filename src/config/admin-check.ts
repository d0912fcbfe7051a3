// Checks of the admin section between its parts: who is let in, twice or not at all.
import { isLoopback } from "../core/loopback.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Finding, KeyPath } from "./fault.ts";
import { parseListen } from "./fields.ts";
import { checkReadable } from "./named-files.ts";
import { listOf, mappingOf, textOf, type RawMapping } from "./raw.ts";
import { findRepeated } from "./repeated.ts";

export function checkAdmin(raw: unknown, folder: string): Finding[] {
  const admin = mappingOf(raw);
  return [
    ...findRepeated(
      [
        { id: textOf(admin["token"]), path: ["admin", "token"] },
        ...idsOf(admin, "tokens", "token"),
      ],
      "secret",
    ),
    ...findRepeated(idsOf(admin, "tokens", "name"), "name"),
    ...findRepeated(idsOf(admin, "certificates", "subject"), "subject"),
    ...checkCertificates(admin),
    ...checkReach(admin),
    ...checkReadable(admin["rules"], ["admin", "rules"], folder),
  ];
}

type Identified = { readonly id: string; readonly path: KeyPath };

/** Of each in a list: what must not be there twice. */
function idsOf(admin: RawMapping, list: string, key: string): readonly Identified[] {
  return listOf(admin[list]).map((each, at) => ({
    id: textOf(mappingOf(each)[key]),
    path: ["admin", list, at, key],
  }));
}

function checkCertificates(admin: RawMapping): Finding[] {
  const { client_certificates: trust } = mappingOf(admin["tls"]);
  if (listOf(admin["certificates"]).length === 0 || trust !== undefined) return [];
  const message =
    "needs admin.tls.client_certificates: nobody is asked for a certificate without it";
  return [{ path: ["admin", "certificates"], message }];
}

function checkReach(admin: RawMapping): Finding[] {
  const address = parseListen(textOf(admin["listen"]) || DEFAULTS.admin_listen);
  const known = [...listOf(admin["tokens"]), ...listOf(admin["certificates"])];
  if (address === null || admin["token"] !== undefined || known.length > 0) return [];
  if (address.host === "localhost" || isLoopback(address.host)) return [];
  const message =
    "beyond loopback the admin side needs a token or a client certificate; set admin.token or admin.certificates";
  return [{ path: ["admin", "listen"], message }];
}
