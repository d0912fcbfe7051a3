// Who is known to the admin side: by a bearer token or by a client certificate, each with its role.
import { createHash, timingSafeEqual } from "node:crypto";
import type { AdminOptions } from "../../config/config.ts";
import { HeaderList } from "../../core/header-list.ts";
import type { PeerCertificate } from "../../core/peer-certificate.ts";
import { createCertificateAuthenticator } from "../../identity/certificate.ts";

export type AdminCallers = Pick<AdminOptions, "token" | "tokens" | "certificates">;

export interface Caller {
  /** Of the token or the certificate; empty on loopback without either, where nobody says who it is. */
  readonly name: string;
  readonly role: string;
  readonly kind: "local" | "token" | "certificate";
  /** Of the certificate: its authority; empty otherwise. */
  readonly issuer: string;
}

export interface KnownCallers {
  readonly byToken: (token: string) => Caller | undefined;
  /** Its words complete "the client certificate". */
  readonly byCertificate: (certificate: PeerCertificate) => Caller | { readonly fault: string };
}

export function createKnownCallers({ token, tokens, certificates }: AdminCallers): KnownCallers {
  const owner = { token, name: "admin.token", role: "owner" };
  const known = [owner, ...tokens]
    .filter((each) => each.token !== "")
    .map(({ name, role, ...each }) => {
      const caller: Caller = { name, role, kind: "token", issuer: "" };
      return { wanted: digest(each.token), caller };
    });
  const roles = new Map(certificates.map(({ subject, role }) => [subject, role]));
  return {
    byToken(given) {
      // Digests, so that neither content nor length shows in the time it takes.
      const seen = digest(given);
      return known.find(({ wanted }) => timingSafeEqual(seen, wanted))?.caller;
    },
    byCertificate(certificate) {
      const named = nameOf(certificate);
      if ("fault" in named) return named;
      const { name, issuer } = named;
      const role = roles.get(name);
      if (role === undefined) return { fault: `names ${name}, which admin.certificates does not` };
      return { name, role, kind: "certificate", issuer };
    },
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Not its common name: an authority checks the others before it signs them. */
const { authenticate } = createCertificateAuthenticator(
  { subject: ["spiffe", "dns", "uri"] },
  Date.now,
);

type Named =
  | { readonly name: string; readonly issuer: string }
  /** What the certificate is. */
  | { readonly fault: string };

const FAULTS: Readonly<Record<string, string>> = {
  expired_certificate: "has expired",
  revoked_certificate: "is revoked",
  untrusted_certificate: "is of no authority that is trusted here",
  unnamed_certificate: "has neither one SPIFFE ID, nor one DNS name, nor one URI",
};

const NO_FIELDS = new HeaderList([]);

function nameOf(certificate: PeerCertificate): Named {
  const tls = { version: "", certificate: () => certificate };
  const found = authenticate(NO_FIELDS, { address: "", tls });
  if (found === null || found instanceof Promise) return { fault: "can't be judged" };
  if (found.outcome !== "ok") return { fault: FAULTS[found.outcome] ?? found.outcome };
  return { name: found.identity.subject, issuer: found.identity.issuer };
}
