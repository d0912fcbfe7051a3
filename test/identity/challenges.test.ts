// What a refused client is told to try: all orders of all sets of methods, with every kind of credential.
import { expect, test } from "vitest";
import { HeaderList } from "../../src/core/header-list.ts";
import { silentLog } from "../../src/core/log.ts";
import { createKeyAuthenticator } from "../../src/identity/api-key.ts";
import { createBasicAuthenticator } from "../../src/identity/basic.ts";
import { createCertificateAuthenticator } from "../../src/identity/certificate.ts";
import { identifierOf } from "../../src/identity/identifier.ts";
import type { AuthenticationMethod } from "../../src/identity/options.ts";
import { createPasswordChecks } from "../../src/identity/password-checks.ts";
import { RevokedTokens } from "../../src/identity/tokens/revoked-tokens.ts";
import { createTokenMethods } from "../../src/identity/tokens/token-methods.ts";
import { CALLER, manualClock, NO_FAILURES, tokenOptions } from "./tokens/support.ts";

const METHODS = ["key", "jwt", "basic", "certificate", "anonymous"] as const;
const CHALLENGES: Readonly<Record<AuthenticationMethod, readonly string[]>> = {
  key: ['ApiKey header="x-api-key"'],
  jwt: ['Bearer realm="weir"'],
  basic: ['Basic realm="staff", charset="UTF-8"'],
  certificate: ["ClientCertificate"],
  anonymous: [],
};
const INVALID_TOKEN = 'Bearer realm="weir", error="invalid_token", error_description="malformed"';

/** All ordered subsets. */
function orders(of: readonly AuthenticationMethod[]): readonly AuthenticationMethod[][] {
  return [
    [],
    ...of.flatMap((one) => orders(of.filter((each) => each !== one)).map((rest) => [one, ...rest])),
  ];
}

const clock = manualClock();
const unlimited = { wait: () => 0, take: () => 0, takeBoth: () => 0, giveBack: () => undefined };
const identifier = identifierOf(
  [
    createKeyAuthenticator([{ key: "right", subject: "alice", roles: [], attributes: {} }]),
    createTokenMethods({ clock, revoked: new RevokedTokens(), log: silentLog }).keep(
      [tokenOptions({ secrets: ["0123456789abcdef0123456789abcdef"] })],
      NO_FAILURES,
    ),
    createBasicAuthenticator({
      users: [],
      realm: "staff",
      checks: createPasswordChecks({
        clock,
        random: () => 0,
        verify: () => Promise.resolve(false),
      }),
      failures: unlimited,
    }),
    createCertificateAuthenticator({ subject: ["cn"] }, clock.wallMs),
  ],
  unlimited,
);

interface Presented {
  readonly fields: readonly string[];
  /** Which methods have something to say of it. */
  readonly readBy: readonly AuthenticationMethod[];
  /** Which carry credentials in the same field. */
  readonly seenBy: readonly AuthenticationMethod[];
}

const BAD_KEY = ["x-api-key", "wrong"];
const BAD_TOKEN = ["authorization", "Bearer a.b.c"];
const PRESENTED: Readonly<Record<string, Presented>> = {
  nothing: { fields: [], readBy: [], seenBy: [] },
  "a bad key": { fields: BAD_KEY, readBy: ["key"], seenBy: ["key"] },
  "a bad token": { fields: BAD_TOKEN, readBy: ["jwt"], seenBy: ["jwt", "basic"] },
  "a bad password": {
    fields: ["authorization", `Basic ${btoa("eve:guess")}`],
    readBy: ["basic"],
    seenBy: ["jwt", "basic"],
  },
  "another scheme": {
    fields: ["authorization", "DPoP a.b.c"],
    readBy: [],
    seenBy: ["jwt", "basic"],
  },
  "a bad key and a bad token": {
    fields: [...BAD_KEY, ...BAD_TOKEN],
    readBy: ["key", "jwt"],
    seenBy: ["key", "jwt", "basic"],
  },
  "somebody else's name in a field of weir's": {
    fields: ["x-weir-subject", "root", "client-cert", ":MIIB:"],
    readBy: [],
    seenBy: [],
  },
};

test.each(Object.entries(PRESENTED))("%s", async (_, { fields, readBy, seenBy }) => {
  const headers = new HeaderList(fields);
  for (const methods of orders(METHODS)) {
    const found = await identifier.identify(headers, methods, CALLER);
    const decider = methods.find((method) => readBy.includes(method)) ?? "";
    const isBad = methods.some((method) => seenBy.includes(method));
    const isAdmitted = !isBad && (methods.length === 0 || methods.includes("anonymous"));
    const own = decider === "jwt" ? { ...CHALLENGES, jwt: [INVALID_TOKEN] } : CHALLENGES;
    expect([methods, found]).toMatchObject([
      methods,
      {
        isAdmitted,
        method: decider,
        identity: { subject: "", kind: "anonymous" },
        challenges: isAdmitted ? [] : methods.flatMap((method) => own[method]),
      },
    ]);
    if (!isAdmitted) expect(found.challenges.length).toBeGreaterThan(0);
  }
});
