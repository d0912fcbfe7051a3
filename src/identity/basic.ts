// HTTP Basic (RFC 7617) against the users of a file: what was verified is remembered for a short while.
import type { HeaderList } from "../core/header-list.ts";
import type { Identity } from "../core/identity.ts";
import type { Authenticator, Verification } from "./authenticator.ts";
import { AUTHORIZATION, basicField, readBasic } from "./basic-credentials.ts";
import type { FailureLimits } from "./failure-limits.ts";
import { DEFAULT_COST, decoyHash, parsePasswordHash, type PasswordHash } from "./password-hash.ts";
import type { PasswordChecks } from "./password-checks.ts";
import type { User } from "./users-text.ts";

export interface BasicParts {
  readonly users: readonly User[];
  readonly realm: string;
  readonly checks: PasswordChecks;
  readonly failures: FailureLimits;
}

const REPEATED: Verification = { outcome: "repeated_authorization" };
const MALFORMED: Verification = { outcome: "malformed_password" };
const BUSY: Verification = { outcome: "verifier_busy", retryAfterS: 1 };

/**
 * Whether a name is known can't be told from the answer nor from its time: an unknown one is
 * verified, too, against a hash that costs what the users' hashes cost. Failures are counted before
 * anything is tried and given back where it was none, so that many at once are not one. Whoever comes
 * again with what was verified before, and is the user's hash still, is not guessing: no limit stops it.
 */
export function createBasicAuthenticator(parts: BasicParts): Authenticator {
  const basic = new Basic(parts);
  return {
    method: "basic",
    credentialHeaders: [AUTHORIZATION],
    challenge: `Basic realm="${parts.realm}", charset="UTF-8"`,
    countsFailures: true,
    authenticate: (headers, { address }) => basic.authenticate(headers, address),
  };
}

/** A user with what a verified request gets. */
interface Known {
  readonly hash: string;
  readonly verification: Verification;
}

/** A credential on its way to being verified. */
interface Attempt {
  readonly key: string;
  readonly name: string;
  readonly password: string;
  /** PHC string; "" for an unknown name. */
  readonly hash: string;
}

class Basic {
  readonly #parts: BasicParts;
  readonly #users: ReadonlyMap<string, Known>;

  constructor(parts: BasicParts) {
    this.#parts = parts;
    this.#users = new Map(parts.users.map((user) => [user.name, knownOf(user)]));
  }

  authenticate(headers: HeaderList, address: string): ReturnType<Authenticator["authenticate"]> {
    const field = basicField(headers);
    if (field === null) return null;
    if (headers.isRepeated(AUTHORIZATION)) return this.#refused(REPEATED, address);
    const key = this.#parts.checks.keyOf(field);
    const held = this.#heldBy(key);
    if (held?.isFresh === true) return held.verification;
    const credentials = readBasic(field);
    if (credentials === null) return this.#refused(MALFORMED, address);
    const { name } = credentials;
    const hash = this.#users.get(name)?.hash ?? "";
    const attempt = { key, ...credentials, hash };
    if (held !== null) return this.#verify(attempt, () => undefined);
    const { failures } = this.#parts;
    const waitS = failures.takeBoth(address, name);
    if (waitS > 0) return { outcome: "too_many_failures", retryAfterS: waitS };
    return this.#verify(attempt, () => failures.giveBack(address, name));
  }

  /** What this credential was once verified as, if that user's hash is the same still. */
  #heldBy(key: string): { readonly isFresh: boolean; readonly verification: Verification } | null {
    const { checks } = this.#parts;
    const remembered = checks.remembered(key);
    if (remembered === undefined) return null;
    const user = this.#users.get(remembered.name);
    if (user?.hash !== remembered.hash) return null;
    return { isFresh: checks.isFresh(remembered), verification: user.verification };
  }

  #refused(verification: Verification, address: string): Verification {
    const waitS = this.#parts.failures.take(address);
    return waitS > 0 ? { outcome: "too_many_failures", retryAfterS: waitS } : verification;
  }

  #verify(attempt: Attempt, giveBack: () => void): Verification | Promise<Verification> {
    const { key, name, password, hash } = attempt;
    const { checks } = this.#parts;
    const verifying = checks.verify({ id: key + hash, password, hash: this.#hashOf(attempt) });
    if (verifying === null) {
      giveBack();
      return BUSY;
    }
    return verifying.then((isRight) => {
      if (isRight === null) {
        giveBack();
        return BUSY;
      }
      const user = this.#users.get(name);
      if (user === undefined) return { outcome: "unknown_user" };
      if (!isRight) return { outcome: "wrong_password" };
      giveBack();
      checks.remember(key, name, hash);
      return user.verification;
    });
  }

  #hashOf({ name, hash }: Attempt): PasswordHash {
    const parsed = parsePasswordHash(hash === "" ? this.#someHash(name) : hash);
    if (typeof parsed === "string") return decoyHash(DEFAULT_COST);
    return hash === "" ? decoyHash(parsed.cost) : parsed;
  }

  /** Of some user, always the same for one name: that hashes differ in cost tells nothing either. */
  #someHash(name: string): string {
    const { users, checks } = this.#parts;
    const at = Buffer.from(checks.keyOf(name), "latin1").readUInt32BE() % users.length;
    return users[at]?.hash ?? "";
  }
}

function knownOf({ name, hash, roles }: User): Known {
  const identity: Identity = Object.freeze({
    subject: name,
    kind: "password",
    issuer: "",
    roles,
    attributes: {},
  });
  return { hash, verification: { outcome: "ok", identity } };
}
