// Tokens as well-known issuers shape them: what the config needs to say, and who comes out.
import { beforeAll, expect, test } from "vitest";
import type { Identity } from "../../../src/core/identity.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { ClaimOptions, TokenOptions } from "../../../src/identity/options.ts";
import { RevokedTokens } from "../../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../../src/identity/tokens/token-methods.ts";
import {
  CLAIMS,
  createSigner,
  manualClock,
  NO_FAILURES,
  NOW_S,
  type Signer,
  tokenOptions,
  verificationOf,
} from "./support.ts";

let signer: Signer;
beforeAll(async () => {
  signer = await createSigner("RS256");
});

async function verified(
  options: Omit<Partial<TokenOptions>, "claims">,
  claimNames: Partial<ClaimOptions>,
  sent: { readonly claims: object; readonly header?: object },
) {
  const methods = createTokenMethods({
    clock: manualClock(),
    revoked: new RevokedTokens(),
    log: silentLog,
  });
  const all = tokenOptions({ keys: [JSON.stringify(signer.jwk)], ...options });
  const claims = { ...all.claims, ...claimNames };
  const authenticator = methods.keep([{ ...all, claims }], NO_FAILURES);
  return verificationOf(authenticator, await signer.sign(sent.claims, sent.header));
}

const TIMES = { iat: NOW_S, nbf: NOW_S, exp: NOW_S + 300 };
const TENANT = "8a1e6d3c-2f57-4b0a-9c52-0f9d3f1b7a11";

interface Shape {
  readonly options: Omit<Partial<TokenOptions>, "claims">;
  readonly names: Partial<ClaimOptions>;
  readonly header?: object;
  readonly claims: object;
  readonly identity: Partial<Identity>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  "Keycloak: roles of the realm, client in azp": {
    options: { issuer: "https://sso.test/realms/shop", audience: ["orders"] },
    names: {
      subject: "preferred_username",
      roles: "realm_access.roles",
      audience: "azp",
      attributes: { session: "sid", verified: "email_verified" },
    },
    header: { typ: "JWT" },
    claims: {
      typ: "Bearer",
      iss: "https://sso.test/realms/shop",
      aud: "account",
      sub: "f:1:alice",
      azp: "orders",
      sid: "s-1",
      acr: "1",
      "allowed-origins": ["https://shop.test"],
      realm_access: { roles: ["offline_access", "dev"] },
      resource_access: { account: { roles: ["manage-account"] } },
      scope: "openid email",
      email_verified: true,
      preferred_username: "alice",
    },
    identity: {
      subject: "alice",
      roles: ["offline_access", "dev"],
      attributes: { session: "s-1", verified: "true" },
    },
  },
  "Keycloak: roles of a client whose name has dots": {
    options: {},
    names: { roles: "resource_access.orders.example.com.roles" },
    claims: { ...CLAIMS, resource_access: { "orders.example.com": { roles: ["clerk"] } } },
    identity: { roles: ["clerk"] },
  },
  "Auth0: a claim by URL, several audiences, permissions": {
    options: { issuer: "https://acme.eu.auth0.test/", audience: ["https://orders.test/api"] },
    names: { roles: "https://acme.test/roles", attributes: { permissions: "permissions" } },
    header: { typ: "at+jwt" },
    claims: {
      "https://acme.test/roles": ["dev"],
      iss: "https://acme.eu.auth0.test/",
      sub: "auth0|507f1f77",
      aud: ["https://orders.test/api", "https://acme.eu.auth0.test/userinfo"],
      azp: "client",
      scope: "openid",
      permissions: ["read:orders", "write:orders"],
    },
    identity: {
      subject: "auth0|507f1f77",
      roles: ["dev"],
      attributes: { permissions: "read:orders write:orders" },
    },
  },
  "Auth0: a mapping under a URL": {
    options: {},
    names: { roles: "https://acme.test/app.authorization.roles" },
    claims: { ...CLAIMS, "https://acme.test/app": { authorization: { roles: ["dev"] } } },
    identity: { roles: ["dev"] },
  },
  "Entra, version 1.0": {
    options: { issuer: `https://sts.windows.net/${TENANT}/`, audience: ["api://orders"] },
    names: { subject: "oid", attributes: { domain: "tid", scopes: "scp", name: "upn" } },
    header: { typ: "JWT", x5t: "kid" },
    claims: {
      iss: `https://sts.windows.net/${TENANT}/`,
      aud: "api://orders",
      oid: "0b1f",
      sub: "pairwise",
      tid: TENANT,
      scp: "Orders.Read Orders.Write",
      upn: "alice@acme.test",
      roles: ["Orders.Admin"],
      ver: "1.0",
      amr: ["pwd", "mfa"],
    },
    identity: {
      subject: "0b1f",
      roles: ["Orders.Admin"],
      attributes: { domain: TENANT, scopes: "Orders.Read Orders.Write", name: "alice@acme.test" },
    },
  },
  "Entra, version 2.0, in as many groups as it lists": {
    options: {
      issuer: `https://login.microsoftonline.test/${TENANT}/v2.0`,
      audience: ["0d6c"],
    },
    names: { roles: "groups" },
    claims: {
      iss: `https://login.microsoftonline.test/${TENANT}/v2.0`,
      aud: "0d6c",
      sub: "alice",
      tid: TENANT,
      groups: Array.from({ length: 200 }, (_, at) => `g${at}`),
      ver: "2.0",
    },
    identity: { subject: "alice" },
  },
  "Google: an ID token": {
    options: { issuer: "https://accounts.google.test", audience: ["1.apps.google.test"] },
    names: { subject: "email", attributes: { domain: "hd" } },
    header: { typ: "JWT" },
    claims: {
      iss: "https://accounts.google.test",
      azp: "1.apps.google.test",
      aud: "1.apps.google.test",
      sub: "110169484474386276334",
      hd: "acme.test",
      email: "alice@acme.test",
      email_verified: true,
      at_hash: "x",
    },
    identity: { subject: "alice@acme.test", roles: [], attributes: { domain: "acme.test" } },
  },
  "Okta: scopes in a list, groups": {
    options: { issuer: "https://acme.okta.test/oauth2/default", audience: ["api://default"] },
    names: { roles: "groups", attributes: { scopes: "scp", client: "cid" } },
    claims: {
      ver: 1,
      iss: "https://acme.okta.test/oauth2/default",
      aud: "api://default",
      cid: "0oa1",
      uid: "00u1",
      scp: ["openid", "orders"],
      sub: "alice@acme.test",
      groups: ["Everyone", "Order desk"],
    },
    identity: {
      subject: "alice@acme.test",
      roles: ["Everyone", "Order desk"],
      attributes: { scopes: "openid orders", client: "0oa1" },
    },
  },
  "Cognito: an access token, which has no aud": {
    options: { issuer: "https://cognito-idp.eu.test/eu_1", audience: ["3n4b5"] },
    names: { roles: "cognito:groups", audience: "client_id", attributes: { use: "token_use" } },
    claims: {
      sub: "aaaa",
      "cognito:groups": ["dev"],
      iss: "https://cognito-idp.eu.test/eu_1",
      client_id: "3n4b5",
      token_use: "access",
      scope: "aws.cognito.signin.user.admin",
      username: "alice",
    },
    identity: { subject: "aaaa", roles: ["dev"], attributes: { use: "access" } },
  },
};

test.each(Object.entries(SHAPES))("%s", async (_, { options, names, header, claims, identity }) => {
  const found = await verified(options, names, {
    claims: { ...TIMES, ...claims },
    ...(header !== undefined && { header }),
  });
  expect(found).toMatchObject({
    outcome: "ok",
    identity: { kind: "token", issuer: options.issuer ?? CLAIMS.iss, ...identity },
  });
});

test.each<[string, Partial<ClaimOptions>, { claims?: object; header?: object }, string]>([
  ["azp of another client", { audience: "azp" }, { claims: { azp: "other" } }, "wrong_audience"],
  ["no azp, though aud would do", { audience: "azp" }, {}, "wrong_audience"],
  ["a name that only a prototype has", { roles: "constructor.name" }, {}, "ok"],
  // OpenID Connect Core section 5.6.2; Entra does so above 200 groups.
  [
    "groups that are to be fetched elsewhere",
    { roles: "groups" },
    { claims: { _claim_names: { groups: "src1" }, _claim_sources: { src1: {} } } },
    "distributed_claims",
  ],
  [
    "an attribute that is to be fetched elsewhere",
    { attributes: { blocked: "blocked" } },
    { claims: { _claim_names: { blocked: "src1" } } },
    "distributed_claims",
  ],
  [
    "others that are to be fetched elsewhere",
    { roles: "groups" },
    { claims: { groups: ["dev"], _claim_names: { groups: "src1", address: "src1" } } },
    "ok",
  ],
  // RFC 8725 section 3.11
  ["a logout token", {}, { header: { typ: "logout+jwt" } }, "not_bearer"],
  ["a security event", {}, { header: { typ: "application/secevent+JWT" } }, "not_bearer"],
  ["a proof of possession", {}, { header: { typ: "dpop+jwt" } }, "not_bearer"],
  ["an access token", {}, { header: { typ: "application/at+jwt" } }, "ok"],
  ["another's word for tokens", {}, { header: { typ: "JOSE" } }, "ok"],
  ["a type that is no text", {}, { header: { typ: 7 } }, "malformed"],
  // RFC 7800; RFC 8705 section 3, RFC 9449 section 6.1
  [
    "a token bound to a client's certificate",
    {},
    { claims: { cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } } },
    "not_bearer",
  ],
  [
    "a token bound to a key",
    {},
    { claims: { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2Hg" } } },
    "not_bearer",
  ],
])("%s", async (...[, names, { claims = {}, header = {} }, outcome]) => {
  const found = await verified({}, names, { claims: { ...CLAIMS, ...claims }, header });
  expect(found.outcome).toBe(outcome);
});

test("a key of the token's name is tried before keys without a name, however many these are", async () => {
  const { kid: _, ...unnamed } = signer.jwk;
  const others = await Promise.all([1, 2, 3, 4, 5].map(() => createSigner("RS256")));
  const keys = [...others.map(({ jwk }) => ({ ...jwk, kid: undefined })), signer.jwk];
  const found = await verified({ keys: [JSON.stringify({ keys })] }, {}, { claims: CLAIMS });
  expect(found.outcome).toBe("ok");
  const alone = { keys: [JSON.stringify({ keys: [unnamed] })] };
  expect((await verified(alone, {}, { claims: CLAIMS })).outcome).toBe("ok");
});
