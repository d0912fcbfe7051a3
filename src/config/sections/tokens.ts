// The part of the identity section that says whose tokens are taken.
import { z } from "zod";
import { secureUrl } from "../../core/secure-url.ts";
import { PUBLIC_ALGORITHMS, SECRET_ALGORITHMS } from "../../core/verification-key.ts";
import { DEFAULTS } from "../defaults.ts";
import { MAX_LEEWAY_MS } from "../../identity/options.ts";
import { anyText, integer, nameText, textLike } from "../fields.ts";

const MAX_ISSUERS = 32;
const MAX_KEYS = 32;
const MAX_CACHE_MS = 3_600_000;
const { token } = DEFAULTS;

const claimName = (): z.ZodString =>
  textLike("the name of a claim, or a path such as realm_access.roles", (text) => text !== "");

const claims = z.strictObject({
  subject: claimName()
    .default(token.claims.subject)
    .meta({ description: "Claim with the subject" }),
  audience: claimName().default(token.claims.audience).meta({
    description: "Claim with the audience; azp or client_id where the issuer puts none into aud",
  }),
  roles: z
    .union([claimName(), z.literal("")])
    .default(token.claims.roles)
    .meta({ description: "Claim with the roles, a list or words; empty: tokens carry none" }),
  attributes: z
    .record(nameText(), claimName())
    .default({})
    .meta({ description: "Further facts for policies: identity.attribute.NAME, by claim" }),
});

const secureAddress = (): z.ZodString =>
  textLike("an https URL, or http to loopback", (text) => secureUrl(text) !== null);

/** As long as a file reference may be: a JWK set does not fit into other texts' limit. */
const keyText = z.string().min(1).meta({ type: "public key: PEM, JWK or JWK set" });

/** As a form field of HTTP Basic: any text that a header could hold. */
const credential = (): z.ZodString =>
  textLike("text without line ends, at most 1,024 long", (text) => /^\P{Cc}{1,1024}$/u.test(text));

const introspection = z.strictObject({
  url: secureAddress().meta({ description: "Where the issuer is asked about a token (RFC 7662)" }),
  client_id: credential().meta({ description: "Who asks: weir's own name at the issuer" }),
  client_secret: credential().meta({ description: "Weir's own secret there; give a reference" }),
  cache_ms: integer(0, MAX_CACHE_MS).default(token.introspection_cache_ms).meta({
    description: "How long an answer is believed, at most until exp; 0: each request asks",
  }),
});

const issuer = z.strictObject({
  issuer: textLike("exactly the claim iss, without line ends", (text) =>
    /^\P{Cc}+$/u.test(text),
  ).meta({
    description: "Who signs: exactly the claim iss",
  }),
  audience: z.array(anyText()).min(1).max(MAX_KEYS).optional().meta({
    description: "For whom: the claim aud must name one of them; needed but for introspection",
  }),
  jwks_url: secureAddress().optional().meta({
    description: "Where its public keys are; fetched, rotated, and kept through outages",
  }),
  discovery: z
    .boolean()
    .default(false)
    .meta({ description: "Ask the issuer where its keys are (OpenID Connect Discovery)" }),
  keys: z
    .array(keyText)
    .max(MAX_KEYS)
    .default([])
    .meta({ description: "Its public keys, where they are not fetched; give file references" }),
  secrets: z
    .array(textLike("at least 32 bytes long", (text) => Buffer.byteLength(text) >= 32))
    .max(MAX_KEYS)
    .default([])
    .meta({ description: "Secrets shared with the issuer, for HS algorithms; give references" }),
  algorithms: z
    .array(z.enum([...PUBLIC_ALGORITHMS, ...SECRET_ALGORITHMS]))
    .default([])
    .meta({
      description:
        "Algorithms that are taken; none named: those that fit the keys, HS256 for secrets",
    }),
  introspection: introspection
    .optional()
    .meta({ description: "Ask the issuer about each token, also of those that are no JWTs" }),
  leeway_ms: integer(0, MAX_LEEWAY_MS)
    .default(token.leeway_ms)
    .meta({ description: "How far the issuer's clock may be off" }),
  claims: claims.prefault({}).meta({ description: "What of a token policies can read" }),
});

export const tokensField = z
  .array(issuer)
  .max(MAX_ISSUERS)
  .default([])
  .meta({ description: "Issuers of tokens" });
