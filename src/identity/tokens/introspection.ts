// Asks an issuer whether a token holds (OAuth 2.0 Token Introspection, RFC 7662), a few at a time, and remembers refusals for a moment.
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { NewestMap } from "../../core/newest-map.ts";
import { secureUrl } from "../../core/secure-url.ts";
import type { TokenOutcome } from "../authenticator.ts";
import { createKeyedHash } from "../keyed-hash.ts";
import type { IntrospectionOptions, TokenOptions } from "../options.ts";
import { createVerifications } from "../verifications.ts";
import { askJson } from "./ask-json.ts";
import { readClaims } from "./claims.ts";
import { type JsonObject, readJsonObject } from "./json-object.ts";
import type { OpaqueVerifier, TokenVerdict } from "./token-verifier.ts";

export interface IntrospectionParts {
  readonly clock: Clock;
  readonly log: Log;
}

const AT_A_TIME = 16;
const MAX_WAITING = 256;
/** To wait for one's turn, and again for the answer: a request waits for both. */
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 65_536;
/** A token may become active later, and its issuer must not be asked about it by everybody until then. */
const REFUSAL_MS = 5_000;
const MAX_REFUSALS = 10_000;
/** An outage fails many questions, and says so once in a while. */
const LOG_EVERY_NS = 10e9;
/** An answer without `exp` holds as long as it is believed: at least until the request was answered. */
const NO_EXP_S = 86_400;

/** @throws Error for a URL that tokens must not be sent to. */
export function createIntrospection(
  options: TokenOptions & { readonly introspection: IntrospectionOptions },
  parts: IntrospectionParts,
): OpaqueVerifier {
  const introspection = new Introspection(options, parts);
  return { options, keys: () => null, verify: introspection.verify };
}

interface Refusal {
  readonly outcome: TokenOutcome;
  readonly untilNs: number;
}

class Introspection {
  readonly #options: TokenOptions;
  readonly #cacheMs: number;
  readonly #parts: IntrospectionParts;
  readonly #endpoint: Endpoint;
  readonly #digestOf = createKeyedHash();
  readonly #inTurn = createVerifications<TokenVerdict>({
    atATime: AT_A_TIME,
    waiting: MAX_WAITING,
  });
  /** By a keyed hash of the token. */
  readonly #refusals = new NewestMap<Refusal>(MAX_REFUSALS);
  #loggedNs = -Infinity;

  constructor(
    options: TokenOptions & { readonly introspection: IntrospectionOptions },
    parts: IntrospectionParts,
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#cacheMs = options.introspection.cache_ms;
    this.#endpoint = endpointOf(options.introspection);
  }

  readonly verify = (token: string): Promise<TokenVerdict> | null => {
    const digest = this.#digestOf(token);
    const { nowNs } = this.#parts.clock;
    const refusal = this.#refusals.get(digest);
    if (refusal !== undefined && nowNs() < refusal.untilNs) return Promise.resolve(refusal.outcome);
    const queuedNs = nowNs();
    return this.#inTurn(digest, async () => {
      const isLate = nowNs() - queuedNs > TIMEOUT_MS * 1e6;
      if (isLate) return this.#unavailable("too many questions wait for their turn");
      return this.#ask(token, digest);
    });
  };

  async #ask(token: string, digest: string): Promise<TokenVerdict> {
    let answer: JsonObject;
    try {
      answer = await askAbout(token, this.#endpoint);
    } catch (thrown) {
      return this.#unavailable(messageOf(thrown));
    }
    const { wallMs } = this.#parts.clock;
    const verdict = readAnswer(answer, this.#options, wallMs());
    if (typeof verdict === "string") return this.#refused(digest, verdict);
    // Leeway is for the moment of asking: nothing is kept beyond exp (RFC 7662 section 4).
    const expMs = verdict.untilMs - this.#options.leeway_ms;
    return { ...verdict, untilMs: Math.min(expMs, wallMs() + this.#cacheMs) };
  }

  #refused(digest: string, outcome: TokenOutcome): TokenOutcome {
    const lifeMs = Math.min(REFUSAL_MS, this.#cacheMs);
    const untilNs = this.#parts.clock.nowNs() + lifeMs * 1e6;
    this.#refusals.set(digest, { outcome, untilNs });
    return outcome;
  }

  #unavailable(cause: string): TokenOutcome {
    const { clock, log } = this.#parts;
    if (clock.nowNs() - this.#loggedNs >= LOG_EVERY_NS) {
      this.#loggedNs = clock.nowNs();
      log.warn("introspection_failed", { issuer: this.#options.issuer, cause });
    }
    return "introspection_unavailable";
  }
}

interface Endpoint {
  readonly url: URL;
  readonly authorization: string;
}

/** RFC 6749 section 2.3.1: name and secret are form-encoded before they become HTTP Basic. */
function endpointOf({ url: text, client_id, client_secret }: IntrospectionOptions): Endpoint {
  const url = secureUrl(text);
  if (url === null) throw new Error("introspection: the URL must be https, or http to loopback");
  const formEncoded = (value: string): string =>
    new URLSearchParams({ v: value }).toString().slice(2);
  const credentials = `${formEncoded(client_id)}:${formEncoded(client_secret)}`;
  return { url, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** RFC 7662 section 2. @throws Error for what is no answer to it. */
async function askAbout(token: string, { url, authorization }: Endpoint): Promise<JsonObject> {
  const form = new URLSearchParams({ token, token_type_hint: "access_token" }).toString();
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
  const answer = readJsonObject(await askJson({ url, form, authorization, ...limits }));
  if (answer === null)
    throw new Error(`${url.host} answered no JSON object, or one with a name twice`);
  if (typeof answer["active"] !== "boolean") {
    throw new Error(`${url.host} answered without active: true or false`);
  }
  return answer;
}

/** Issuer, audience and times are optional in an answer, and hold where they are there. */
function readAnswer(answer: JsonObject, options: TokenOptions, nowMs: number): TokenVerdict {
  if (answer["active"] !== true) return "inactive";
  const { iss = options.issuer, exp = nowMs / 1_000 + NO_EXP_S, token_type: type } = answer;
  if (iss !== options.issuer) return "wrong_issuer";
  if (type !== undefined && !isBearer(type)) return "not_bearer";
  return readClaims({ ...answer, exp }, options, nowMs);
}

/** Some issuers name the kind of token, RFC 6749 its use; a refresh token, or one bound to a key, is neither. */
function isBearer(type: unknown): boolean {
  return typeof type === "string" && /^(?:bearer|access_token)$/i.test(type);
}
