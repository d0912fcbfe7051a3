// Remembers verified tokens until they expire, by keyed hash, so that no token is kept.
import { hash, randomBytes } from "node:crypto";
import type { Verification } from "../authenticator.ts";
import type { Keys } from "./key-source.ts";

export interface RememberedToken {
  readonly verification: Verification;
  /** Wall time. */
  readonly untilMs: number;
  /** What revocation knows it by; "": can't be revoked. */
  readonly revocation: string;
  /** The issuer's keys now: another set than `verifiedBy`, and it must be verified again. */
  readonly keys: () => Keys | null;
  readonly verifiedBy: Keys | null;
}

const MAX_TOKENS = 10_000;

/**
 * Looked up by SHA-256 over a random secret of this thread and the token: whoever measures look-ups
 * learns about digests that can be neither predicted nor chosen (see api-key.ts).
 */
export class TokenCache {
  readonly #secret = randomBytes(32).toString("base64url");
  readonly #known = new Map<string, RememberedToken>();

  /** A character a byte: less work than hexadecimal digits. */
  digestOf(token: string): string {
    return hash("sha256", this.#secret + token, "binary");
  }

  get(digest: string, nowMs: number): RememberedToken | null {
    const found = this.#known.get(digest);
    if (found === undefined) return null;
    if (nowMs < found.untilMs && found.keys() === found.verifiedBy) return found;
    this.#known.delete(digest);
    return null;
  }

  /** Full: the one that has been there longest goes. */
  set(digest: string, token: RememberedToken): void {
    if (this.#known.size >= MAX_TOKENS) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.set(digest, token);
  }
}
