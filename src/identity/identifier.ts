// Turns a request's credentials into a verified identity, by the methods its route names, in order.
import type { HeaderList } from "../core/header-list.ts";
import { ANONYMOUS, type Identity } from "../core/identity.ts";
import { createKeyAuthenticator, isApiKey, MAX_KEY_CHARS } from "./api-key.ts";
import type {
  Authenticator,
  AuthOutcome,
  AuthResult,
  Caller,
  Verification,
} from "./authenticator.ts";
import type { FailureLimits } from "./failure-limits.ts";
import { createCertificateAuthenticator } from "./certificate.ts";
import type { AuthenticationMethod, IdentityOptions } from "./options.ts";
import { subjectFault } from "./subject.ts";

export interface Identifier {
  /**
   * The first method for which a credential is there decides, and a bad one is not passed over in
   * favour of the next, nor of "anonymous". Without methods everybody is anonymous: outcome "none".
   * Synchronous wherever the method is.
   */
  readonly identify: (
    headers: HeaderList,
    methods: readonly AuthenticationMethod[],
    caller: Caller,
  ) => AuthResult | Promise<AuthResult>;
  /** Lower-case request fields that carry credentials; removed from what upstreams get. */
  readonly credentialHeaders: ReadonlySet<string>;
  /** Those of them that none of these methods takes. */
  readonly untakenHeaders: (methods: readonly AuthenticationMethod[]) => ReadonlySet<string>;
}

export interface IdentifierParts {
  /** Methods that outlive a config. */
  readonly further: readonly Authenticator[];
  /** Where failures are counted of those that don't count them by themselves. */
  readonly failures: Pick<FailureLimits, "take">;
}

/** @throws Error for options that `identityFaults` has something to say about. */
export function createIdentifier(options: IdentityOptions, parts: IdentifierParts): Identifier {
  const [fault] = identityFaults(options);
  if (fault !== undefined) throw new Error(fault);
  const { further, failures } = parts;
  const certificates = createCertificateAuthenticator(options.certificates, Date.now);
  const all = [createKeyAuthenticator(options.keys), certificates, ...further];
  return identifierOf(all, failures);
}

/** The same over any authenticators. */
export function identifierOf(
  authenticators: readonly Authenticator[],
  failures: Pick<FailureLimits, "take">,
): Identifier {
  const byMethod = new Map(authenticators.map((each) => [each.method, each]));
  const judge = (found: Verification, authenticator: Authenticator, asked: Asked): AuthResult => {
    const { method } = authenticator;
    const counted = countFailure(found, authenticator, () => failures.take(asked.caller.address));
    if (counted.outcome === "ok") return verified(method, counted.identity);
    const { challenge } = counted;
    const own =
      challenge === undefined ? byMethod : withChallenge(byMethod, authenticator, challenge);
    return { ...refused(counted, challengesOf(asked.methods, own)), method };
  };
  return {
    identify(headers, methods, caller) {
      for (const method of methods) {
        const authenticator = byMethod.get(method);
        const found = authenticator?.authenticate(headers, caller) ?? null;
        if (authenticator === undefined || found === null) continue;
        const asked = { methods, caller };
        if (found instanceof Promise)
          return found.then((late) => judge(late, authenticator, asked));
        return judge(found, authenticator, asked);
      }
      return withoutCredential(headers, methods, byMethod);
    },
    credentialHeaders: headersOf(authenticators),
    untakenHeaders(methods) {
      const isTaken = ({ method }: Authenticator): boolean => methods.includes(method);
      const taken = headersOf(authenticators.filter(isTaken));
      return new Set([...headersOf(authenticators)].filter((name) => !taken.has(name)));
    },
  };
}

function headersOf(authenticators: readonly Authenticator[]): Set<string> {
  return new Set(authenticators.flatMap((each) => each.credentialHeaders));
}

interface Asked {
  readonly methods: readonly AuthenticationMethod[];
  readonly caller: Caller;
}

type ByMethod = ReadonlyMap<AuthenticationMethod, Authenticator>;

/** What no method took is bad, too, and anonymous only who sent nothing. */
function withoutCredential(
  headers: HeaderList,
  methods: readonly AuthenticationMethod[],
  byMethod: ByMethod,
): AuthResult {
  const isPresented = methods.some((method) =>
    byMethod.get(method)?.credentialHeaders.some((name) => headers.has(name)),
  );
  if (isPresented) return refused(UNKNOWN_SCHEME, challengesOf(methods, byMethod));
  if (methods.length === 0 || methods.includes("anonymous")) return NOBODY;
  return refused(NONE, challengesOf(methods, byMethod));
}

const UNTRIED: ReadonlySet<AuthOutcome> = new Set([
  "keys_unavailable",
  "introspection_unavailable",
  "verifier_busy",
  "too_many_failures",
]);

/** What could not be tried is no failure of the caller, and what counts by itself is counted. */
function countFailure(
  found: Verification,
  { countsFailures }: Authenticator,
  take: () => number,
): Verification {
  const checked = named(found);
  if (checked.outcome === "ok" || countsFailures === true) return checked;
  if (UNTRIED.has(checked.outcome)) return checked;
  const retryAfterS = take();
  return retryAfterS > 0 ? { ...checked, outcome: "too_many_failures", retryAfterS } : checked;
}

/** No method, however it verifies, may bring in a name that policies give another meaning. */
function named(found: Verification): Verification {
  if (found.outcome !== "ok" || subjectFault(found.identity.subject) === "") return found;
  return { outcome: "reserved_subject", issuer: found.identity.issuer };
}

const UNKNOWN_SCHEME = { outcome: "unknown_scheme" } as const;
const NONE = { outcome: "none" } as const;
const NO_CHALLENGES: readonly string[] = [];

const NOBODY: AuthResult = {
  outcome: "none",
  method: "",
  issuer: "",
  identity: ANONYMOUS,
  isAdmitted: true,
  challenges: NO_CHALLENGES,
  retryAfterS: 0,
};

function verified(method: AuthenticationMethod, identity: Identity): AuthResult {
  const { issuer } = identity;
  const challenges = NO_CHALLENGES;
  return { outcome: "ok", method, issuer, identity, isAdmitted: true, challenges, retryAfterS: 0 };
}

type Failure = Exclude<Verification, { readonly outcome: "ok" }> | typeof NONE;

function refused(failure: Failure, challenges: readonly string[]): AuthResult {
  const { outcome, issuer = "", retryAfterS = 0 }: Partial<AuthResult> & Failure = failure;
  const identity = ANONYMOUS;
  return { outcome, method: "", issuer, identity, isAdmitted: false, challenges, retryAfterS };
}

/** With what a method says of this one failure instead of its own words. */
function withChallenge(all: ByMethod, one: Authenticator, challenge: string): ByMethod {
  return new Map([...all, [one.method, { ...one, challenge }]]);
}

function challengesOf(methods: readonly AuthenticationMethod[], byMethod: ByMethod): string[] {
  return methods.flatMap((method) => byMethod.get(method)?.challenge ?? []);
}

/** What is wrong with the options, one line each, for the config's check; names no secret. */
export function identityFaults({ keys }: IdentityOptions): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [at, { key, subject }] of keys.entries()) {
    const place = `identity.keys[${at}]`;
    const fault = subjectFault(subject);
    if (fault !== "") faults.push(`${place}.subject: ${fault}`);
    if (!isApiKey(key)) {
      faults.push(`${place}.key: 1 to ${MAX_KEY_CHARS} visible ASCII characters without a comma`);
    }
    if (seen.has(key)) faults.push(`${place}.key: the same key is there twice`);
    seen.add(key);
  }
  return faults;
}
