// Which request fields only weir may set, and what it sets there for a verified caller.
import { foldedName } from "../core/folded-name.ts";
import type { Identity, PrincipalKind } from "../core/identity.ts";
import type { IdentityHeaderOptions } from "./options.ts";

export interface IdentityHeaders {
  /** True for every field a client may not send on to the upstream, by its name in any case. */
  readonly isReserved: (name: string) => boolean;
  /** What the upstream gets for this identity: flat [name, value, ...], possibly empty. */
  readonly fieldsOf: (identity: Identity) => readonly string[];
}

/** Fields other gateways use for the same purpose: an upstream moved behind weir may believe them. */
const KNOWN: readonly string[] = [
  "x-weir-subject",
  "x-weir-roles",
  // RFC 9440 and its forerunner: who presented a certificate.
  "client-cert",
  "client-cert-chain",
  "x-forwarded-client-cert",
  "x-remote-user",
  "remote-user",
  "x-forwarded-user",
  "x-forwarded-email",
  "x-forwarded-groups",
  "x-forwarded-preferred-username",
  "x-authenticated-user",
  "x-authenticated-userid",
  "x-auth-request-user",
  "x-auth-request-email",
  "x-auth-request-groups",
  "x-consumer-username",
  "x-consumer-id",
  "x-consumer-custom-id",
  "x-credential-identifier",
];

/** Names in this prefix are weir's own, now and later. */
const OWN_PREFIX = "x-weir-";

/** Names are judged as the laxest reader has them. */
export function createIdentityHeaders(
  options: IdentityHeaderOptions,
  credentialHeaders: ReadonlySet<string>,
): IdentityHeaders {
  const reserved = new Set(
    [...KNOWN, ...credentialHeaders, options.subject, options.roles]
      .filter((name) => name !== "")
      .map(foldedName),
  );
  const isReserved = (name: string): boolean => {
    const plain = foldedName(name);
    return reserved.has(plain) || plain.startsWith(OWN_PREFIX);
  };
  return { isReserved, fieldsOf: (identity) => fieldsFor(identity, options) };
}

const VERIFIED: Readonly<Record<PrincipalKind, boolean>> = {
  asserted: false,
  anonymous: false,
  key: true,
  password: true,
  token: true,
  certificate: true,
};

function fieldsFor(identity: Identity, options: IdentityHeaderOptions): readonly string[] {
  if (!VERIFIED[identity.kind]) return [];
  const fields: string[] = [];
  if (options.subject !== "") fields.push(options.subject, fieldValue(identity.subject));
  if (options.roles !== "" && identity.roles.length > 0) {
    fields.push(options.roles, identity.roles.map(listItem).join(","));
  }
  return fields;
}

/**
 * A field value of visible ASCII: everything else, and "%" itself, as percent-encoded UTF-8, so that
 * no name can end the field or begin another, and two names never look the same to the upstream.
 */
function fieldValue(text: string): string {
  return text.replace(/[^\x21-\x24\x26-\x7e]+/gu, (part) =>
    encodeURIComponent(part.replace(/\p{Cs}/gu, "\u{fffd}")),
  );
}

/** Roles are separated by commas, so a comma in one is encoded too. */
function listItem(role: string): string {
  return fieldValue(role).replaceAll(",", "%2C");
}
