// Ways to prove an identity that outlive a snapshot, for what they have learnt: fetched keys, verified tokens.
import type { Authenticator } from "../identity/authenticator.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { TokenMethods, TokenMethodsParts } from "../identity/tokens/token-methods.ts";

export interface LastingMethods {
  /** Those of one config. @throws Error for options that can't be used. */
  readonly keep: (identity: IdentityOptions) => Promise<readonly Authenticator[]>;
  readonly close: () => void;
}

/** The code of a method is loaded where the config has it: a worker should listen soon. */
export function createLastingMethods(parts: TokenMethodsParts): LastingMethods {
  let tokenMethods: TokenMethods | null = null;
  const close = (): void => {
    tokenMethods?.close();
    tokenMethods = null;
  };
  return {
    close,
    async keep({ tokens }) {
      if (tokens.length === 0) {
        close();
        return [];
      }
      const { createTokenMethods } = await import("../identity/tokens/token-methods.ts");
      tokenMethods ??= createTokenMethods(parts);
      return [tokenMethods.keep(tokens)];
    },
  };
}
