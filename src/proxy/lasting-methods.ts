// Ways to prove an identity that outlive a snapshot, for what they have learnt: fetched keys, verified tokens and passwords.
import type { Authenticator } from "../identity/authenticator.ts";
import { createFailureLimits, type FailureLimits } from "../identity/failure-limits.ts";
import type { IdentifierParts } from "../identity/identifier.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { PasswordChecks } from "../identity/password-checks.ts";
import type { TokenMethods, TokenMethodsParts } from "../identity/tokens/token-methods.ts";
import type { User } from "../identity/users-text.ts";

export interface LastingMethods {
  /** Those of one config. @throws Error for options that can't be used. */
  readonly keep: (identity: IdentityOptions, users: readonly User[]) => Promise<IdentifierParts>;
  readonly close: () => void;
}

export interface LastingMethodsParts extends TokenMethodsParts {
  /** Where all workers count failures to authenticate. */
  readonly failures: SharedArrayBuffer;
}

/** The code of a method is loaded where the config has it: a worker should listen soon. */
export function createLastingMethods(parts: LastingMethodsParts): LastingMethods {
  let tokenMethods: TokenMethods | null = null;
  const closeTokens = (): void => {
    tokenMethods?.close();
    tokenMethods = null;
  };
  const keepTokens = async (
    { tokens }: IdentityOptions,
    failures: FailureLimits,
  ): Promise<readonly Authenticator[]> => {
    if (tokens.length === 0) {
      closeTokens();
      return [];
    }
    const { createTokenMethods } = await import("../identity/tokens/token-methods.ts");
    tokenMethods ??= createTokenMethods(parts);
    return [tokenMethods.keep(tokens, failures)];
  };
  const keepPasswords = createKeepPasswords(parts);
  return {
    close: closeTokens,
    async keep(identity, users) {
      const failures = createFailureLimits(parts.failures, identity.failures, parts.clock);
      const passwords = await keepPasswords(identity, { users, failures });
      return { further: [...(await keepTokens(identity, failures)), ...passwords], failures };
    },
  };
}

interface PasswordParts {
  readonly users: readonly User[];
  readonly failures: FailureLimits;
}

function createKeepPasswords({ clock }: LastingMethodsParts) {
  let checks: PasswordChecks | null = null;
  return async (options: IdentityOptions, parts: PasswordParts): Promise<Authenticator[]> => {
    if (options.users === null) return [];
    const { createPasswordChecks } = await import("../identity/password-checks.ts");
    const { createBasicAuthenticator } = await import("../identity/basic.ts");
    checks ??= createPasswordChecks({ clock, random: Math.random });
    return [createBasicAuthenticator({ ...parts, checks, realm: options.users.realm })];
  };
}
