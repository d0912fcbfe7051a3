// Keeps what outlives a snapshot: fetched keys, and verified tokens while the config of tokens stays.
import type { Authenticator } from "../authenticator.ts";
import type { IntrospectionOptions, TokenOptions } from "../options.ts";
import { createIntrospection } from "./introspection.ts";
import { createJwtVerifier } from "./jwt-verifier.ts";
import { type KeySource, type KeySourceParts, remoteKeys, staticKeys } from "./key-source.ts";
import { isFetched, placeOf } from "./published-keys.ts";
import type { RevokedTokens } from "./revoked-tokens.ts";
import { createTokenAuthenticator, type SourceFailures } from "./token-authenticator.ts";
import type { OpaqueVerifier, TokenVerifier } from "./token-verifier.ts";

export interface TokenMethods {
  /** What is remembered stays where the options do. @throws Error for options that can't be used. */
  readonly keep: (tokens: readonly TokenOptions[], failures: SourceFailures) => Authenticator;
  readonly close: () => void;
}

export interface TokenMethodsParts extends Pick<KeySourceParts, "clock" | "log"> {
  readonly revoked: RevokedTokens;
  /** Where keys come from that an issuer publishes; fetched by this thread unless told. */
  readonly openKeys?: (options: TokenOptions) => KeySource;
}

export function createTokenMethods(parts: TokenMethodsParts): TokenMethods {
  const keys = new KeptKeys(parts.openKeys ?? ((options) => remoteKeys(options, parts)));
  let text = "";
  let kept: ReturnType<typeof createTokenAuthenticator> | null = null;
  return {
    keep(tokens, failures) {
      const newest = JSON.stringify(tokens);
      if (kept === null || newest !== text) {
        const sources = keys.keep(tokens);
        kept = createTokenAuthenticator({ ...parts, ...verifiersOf(tokens, sources, parts) });
        text = newest;
      }
      return kept(failures);
    },
    close: () => keys.close(),
  };
}

function verifiersOf(
  tokens: readonly TokenOptions[],
  keys: ReadonlyMap<TokenOptions, KeySource>,
  parts: TokenMethodsParts,
): { readonly issuers: readonly TokenVerifier[]; readonly opaque: OpaqueVerifier | null } {
  const [opaque = null] = tokens
    .filter(isIntrospected)
    .map((options) => createIntrospection(options, parts));
  const jwt = [...keys].map(([options, source]) =>
    createJwtVerifier(options, source, parts.clock.wallMs),
  );
  return { issuers: opaque === null ? jwt : [...jwt, opaque], opaque };
}

type Introspected = TokenOptions & { readonly introspection: IntrospectionOptions };

function isIntrospected(options: TokenOptions): options is Introspected {
  return options.introspection !== null;
}

/** Fetched keys by where they come from, so that a reload does not ask again for what it keeps. */
class KeptKeys {
  readonly #open: (options: TokenOptions) => KeySource;
  #remote: ReadonlyMap<string, KeySource> = new Map();

  constructor(open: (options: TokenOptions) => KeySource) {
    this.#open = open;
  }

  keep(tokens: readonly TokenOptions[]): ReadonlyMap<TokenOptions, KeySource> {
    const next = new Map<string, KeySource>();
    const sources = new Map<TokenOptions, KeySource>();
    for (const options of tokens) {
      if (isIntrospected(options)) continue;
      if (isFetched(options)) {
        const place = placeOf(options);
        const source = this.#remote.get(place) ?? this.#open(options);
        next.set(place, source);
        sources.set(options, source);
      } else sources.set(options, staticKeys(options));
    }
    for (const [place, source] of this.#remote) if (!next.has(place)) source.close();
    this.#remote = next;
    return sources;
  }

  close(): void {
    for (const source of this.#remote.values()) source.close();
  }
}
