// GET, POST and DELETE /api/v1/revocations: tokens that hold no more though their time is not over.
import { z } from "zod";
import { defineEndpoint, type Endpoint } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import { iso, json, NONE, time } from "../http/schemas.ts";
import type { AdminParts } from "../parts.ts";

const PATH = "/api/v1/revocations";

const claim = z.string().regex(/^\P{Cc}{1,1024}$/u, "must be one line of text");

const token = z.strictObject({
  issuer: claim.meta({ description: "The claim iss" }),
  jti: claim.meta({ description: "The claim jti" }),
});

const wishes = token.extend({
  expires_at: z.iso
    .datetime({ offset: true, message: "must be an ISO-8601 time with its zone" })
    .optional()
    .meta({ description: "When the token's time is over; without it the revocation stays" }),
});

const revocation = token.extend({ revoked_at: time, expires_at: time.nullable() });

export function revocationEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [listEndpoint(parts), addEndpoint(parts), removeEndpoint(parts)];
}

type Revocation = ReturnType<AdminParts["revocations"]["list"]>[number];

function told({ issuer, jti, revokedAtMs, expiresAtMs }: Revocation): z.input<typeof revocation> {
  return {
    issuer,
    jti,
    revoked_at: iso(revokedAtMs),
    expires_at: expiresAtMs === null ? null : iso(expiresAtMs),
  };
}

function listEndpoint({ revocations }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "get",
    path: PATH,
    summary: "Revoked tokens",
    parameters: NONE,
    query: NONE,
    body: null,
    answer: json("Those in force", z.strictObject({ revocations: z.array(revocation) })),
    problems: [],
    handle: () => ({ kind: "json", body: { revocations: revocations.list().map(told) } }),
  });
}

function addEndpoint({ revocations, running }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "post",
    path: PATH,
    summary: "Revoke a token; when this is answered, every worker refuses it",
    parameters: NONE,
    query: NONE,
    body: wishes,
    answer: json("It is revoked", revocation),
    problems: ["bad_body", "too_many_revocations"],
    audit: () => "revoke_token",
    auditAsked: tokenDetails,
    handle: async ({ body: { issuer, jti, expires_at: expires } }) => {
      const known = running().config.identity.tokens.map((each) => each.issuer);
      if (!known.includes(issuer)) {
        const members = { parameter: "issuer" };
        const detail = `nobody's tokens would be revoked; the issuers are ${known.join(", ") || "none"}`;
        throw new Problem("bad_body", detail, { members });
      }
      const revokedAtMs = Date.now();
      const expiresAtMs = expires === undefined ? null : Date.parse(expires);
      const added = { issuer, jti, revokedAtMs, expiresAtMs };
      const isKept = await revocations.add(added);
      if (!isKept) throw new Problem("too_many_revocations", "take some back, or give expires_at");
      return { kind: "json", body: told(added) };
    },
  });
}

function removeEndpoint({ revocations }: AdminParts): Endpoint {
  return defineEndpoint({
    method: "delete",
    path: PATH,
    summary: "Take a revocation back",
    parameters: NONE,
    query: token,
    body: null,
    answer: json("The token holds again, while its time lasts", token),
    problems: ["not_found"],
    audit: () => "take_back_revocation",
    auditDetails: tokenDetails,
    handle: async ({ query }) => {
      if (await revocations.remove(query)) return { kind: "json", body: query };
      throw new Problem("not_found", "no such token is revoked");
    },
  });
}

/** Which token it was about; its ID is no secret. Nothing where none was named rightly. */
function tokenDetails(members: unknown): readonly string[] {
  const { data } = token.strip().safeParse(members);
  return data === undefined ? [] : ["audit.issuer", data.issuer, "audit.jti", data.jti];
}
