// Turns a request's credentials into a verified identity, by the methods its route names, in order.
import type { HeaderList } from "../core/header-list.ts";
import { ANONYMOUS } from "../core/identity.ts";
import { createKeyAuthenticator, isApiKey, MAX_KEY_CHARS } from "./api-key.ts";
import type { Authenticator, AuthResult, Verification } from "./authenticator.ts";
import type { AuthenticationMethod, IdentityOptions } from "./options.ts";
import { subjectFault } from "./subject.ts";

export interface Identifier {
  /**
   * The first method for which a credential is there decides, and a bad one is not passed over in
   * favour of the next. Without methods everybody is anonymous: outcome "none", and the caller of
   * this function knows that nothing was asked for. Synchronous wherever the method is.
   */
  readonly identify: (
    headers: HeaderList,
    methods: readonly AuthenticationMethod[],
  ) => AuthResult | Promise<AuthResult>;
  /** Lower-case request fields that carry credentials; removed from what upstreams get. */
  readonly credentialHeaders: ReadonlySet<string>;
}

/**
 * `further`: methods that outlive a config.
 * @throws Error for options that `identityFaults` has something to say about.
 */
export function createIdentifier(
  options: IdentityOptions,
  further: readonly Authenticator[] = [],
): Identifier {
  const [fault] = identityFaults(options);
  if (fault !== undefined) throw new Error(fault);
  return identifierOf([createKeyAuthenticator(options.keys), ...further]);
}

/** The same over any authenticators. */
export function identifierOf(authenticators: readonly Authenticator[]): Identifier {
  const byMethod = new Map(authenticators.map((each) => [each.method, each]));
  return {
    identify: (headers, methods) => {
      let challenge = "";
      for (const method of methods) {
        const authenticator = byMethod.get(method);
        if (authenticator === undefined) continue;
        const found = authenticator.authenticate(headers);
        if (found instanceof Promise) return found.then((late) => resultOf(late, authenticator));
        if (found !== null) return resultOf(found, authenticator);
        challenge += `${challenge === "" ? "" : ", "}${authenticator.challenge}`;
      }
      return { outcome: "none", identity: ANONYMOUS, challenge };
    },
    credentialHeaders: new Set(authenticators.flatMap((each) => each.credentialHeaders)),
  };
}

/** No method, however it verifies, may bring in a name that policies give another meaning. */
function resultOf(found: Verification, { challenge }: Authenticator): AuthResult {
  if (found.outcome !== "ok") {
    const { outcome, challenge: own = challenge } = found;
    return { outcome, identity: ANONYMOUS, challenge: own };
  }
  if (subjectFault(found.identity.subject) !== "") {
    return { outcome: "reserved_subject", identity: ANONYMOUS, challenge };
  }
  return { outcome: "ok", identity: found.identity, challenge: "" };
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
