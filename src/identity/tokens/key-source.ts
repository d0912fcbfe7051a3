// Where an issuer's keys come from: the config, or a JWK set that is fetched, rotated and kept through outages.
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { secureUrl } from "../../core/secure-url.ts";
import {
  readKeySet,
  readPublicKeys,
  secretKey,
  type VerificationKey,
} from "../../core/verification-key.ts";
import type { TokenOptions } from "../options.ts";
import { askJson } from "./ask-json.ts";
import { readJsonObject } from "./json-object.ts";

export type Keys = readonly VerificationKey[];

export interface KeySource {
  /** The same array while nothing changed; null: none known yet. */
  readonly current: () => Keys | null;
  /** Resolves when newer keys are there or can't be had; null: not now, it was asked a moment ago. */
  readonly refresh: () => Promise<void> | null;
  /** No more fetches of its own accord. */
  readonly close: () => void;
}

/** One that fetches. */
export interface RemoteKeys extends KeySource {
  /** The newest good set as it came; "": none yet. */
  readonly text: () => string;
}

export interface KeySourceParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Told of each newer set, before those who wait for it are. */
  readonly changed?: () => void;
}

/** Between fetches that tokens with unknown keys ask for: such a token costs its sender nothing. */
const FLOOR_NS = 30e9;
/** The same while no key is known at all, so that nobody gets in. */
const FIRST_FLOOR_NS = 5e9;
/** A key that was withdrawn is believed no longer than this. */
const REFRESH_MS = 300_000;
const LIMITS = { timeoutMs: 5_000, maxBytes: 262_144 } as const;

export function staticKeys({ keys, secrets }: TokenOptions): KeySource {
  const all = [
    ...secrets.map(secretKey),
    ...keys.flatMap((text) => {
      const read = readPublicKeys(text);
      if (!read.ok) throw new Error(`identity.tokens: a key ${read.fault}`);
      return read.keys;
    }),
  ];
  return { current: () => all, refresh: () => null, close: () => undefined };
}

/** Begins to fetch at once. Whatever the other end does, the last good set stays. */
export function remoteKeys(options: TokenOptions, parts: KeySourceParts): RemoteKeys {
  return new FetchedKeys(options, parts);
}

class FetchedKeys implements RemoteKeys {
  readonly #options: TokenOptions;
  readonly #parts: KeySourceParts;
  readonly #timer: NodeJS.Timeout;
  #text = "";
  #keys: Keys | null = null;
  #askedNs = -Infinity;
  #running: Promise<void> | null = null;

  constructor(options: TokenOptions, parts: KeySourceParts) {
    this.#options = options;
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#fetch(), REFRESH_MS).unref();
    void this.#fetch();
  }

  readonly current = (): Keys | null => this.#keys;

  readonly text = (): string => this.#text;

  refresh(): Promise<void> | null {
    if (this.#running !== null) return this.#running;
    const floorNs = this.#keys === null ? FIRST_FLOOR_NS : FLOOR_NS;
    return this.#parts.clock.nowNs() - this.#askedNs < floorNs ? null : this.#fetch();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #fetch(): Promise<void> {
    this.#askedNs = this.#parts.clock.nowNs();
    this.#running ??= this.#take();
    return this.#running;
  }

  async #take(): Promise<void> {
    try {
      const text = await fetchKeySet(this.#options);
      if (text === this.#text) return;
      const read = readKeySet(text);
      if (!read.ok) throw new Error(`the key set ${read.fault}`);
      [this.#text, this.#keys] = [text, read.keys];
      this.#parts.changed?.();
    } catch (thrown) {
      const known = this.#keys?.length ?? 0;
      const { issuer } = this.#options;
      this.#parts.log.warn("keys_not_fetched", { issuer, known, cause: messageOf(thrown) });
    } finally {
      this.#running = null;
    }
  }
}

async function fetchKeySet({ issuer, jwks_url }: TokenOptions): Promise<string> {
  const url = secureUrl(jwks_url === "" ? await discover(issuer) : jwks_url);
  if (url === null) throw new Error("the key set's URL must be https, or http to loopback");
  return askJson({ url, ...LIMITS });
}

/** OpenID Connect Discovery 1.0 section 4: the document must name the issuer it was asked of. */
async function discover(issuer: string): Promise<string> {
  const url = secureUrl(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  if (url === null) throw new Error("the issuer must be https, or http to loopback");
  const document = readJsonObject(await askJson({ url, ...LIMITS }));
  if (document?.["issuer"] !== issuer) throw new Error("the discovered issuer is another one");
  const { jwks_uri: keySet } = document;
  const isDowngrade = url.protocol === "https:" && !String(keySet).startsWith("https:");
  if (typeof keySet !== "string" || isDowngrade) throw new Error("it names no https jwks_uri");
  return keySet;
}
