// Keeps what outlives a snapshot: fetched keys, and verified tokens while the config of tokens stays.
import type { Authenticator } from "../authenticator.ts";
import type { TokenOptions } from "../options.ts";
import { type KeySource, type KeySourceParts, remoteKeys, staticKeys } from "./key-source.ts";
import type { Revocations } from "./revocations.ts";
import { createTokenAuthenticator } from "./token-authenticator.ts";

export interface TokenMethods {
  /** The same as before where the options are. @throws Error for a static key that can't be used. */
  readonly keep: (tokens: readonly TokenOptions[]) => Authenticator;
  readonly close: () => void;
}

export interface TokenMethodsParts extends KeySourceParts {
  readonly revocations: Revocations;
}

export function createTokenMethods(parts: TokenMethodsParts): TokenMethods {
  let sources: ReadonlyMap<string, KeySource> = new Map();
  let text = "";
  let kept: Authenticator | null = null;
  const issuersOf = (tokens: readonly TokenOptions[]) => {
    const before = sources;
    const next = new Map<string, KeySource>();
    const issuers = tokens.map((options) => {
      if (!isRemote(options)) return { options, keys: staticKeys(options) };
      const place = `${options.issuer}\n${options.jwks_url}`;
      const keys = before.get(place) ?? remoteKeys(options, parts);
      next.set(place, keys);
      return { options, keys };
    });
    for (const [place, source] of before) if (!next.has(place)) source.close();
    sources = next;
    return issuers;
  };
  return {
    keep(tokens) {
      const newest = JSON.stringify(tokens);
      if (kept !== null && newest === text) return kept;
      kept = createTokenAuthenticator({ ...parts, issuers: issuersOf(tokens) });
      text = newest;
      return kept;
    },
    close() {
      for (const source of sources.values()) source.close();
    },
  };
}

function isRemote({ jwks_url, discovery }: TokenOptions): boolean {
  return jwks_url !== "" || discovery;
}
