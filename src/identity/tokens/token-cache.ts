// Remembers verified tokens until they expire, found by their end and confirmed by their whole text.
import type { Verification } from "../authenticator.ts";
import type { Keys } from "./key-source.ts";

export interface RememberedToken {
  readonly verification: Verification & { readonly outcome: "ok" };
  /** Wall time. */
  readonly untilMs: number;
  /** What revocation knows it by; "": can't be revoked. */
  readonly revocation: string;
  /** The issuer's keys now: another set than `verifiedBy`, and it must be verified again. */
  readonly keys: () => Keys | null;
  readonly verifiedBy: Keys | null;
}

interface Entry extends RememberedToken {
  readonly text: string;
}

const MAX_TOKENS = 10_000;
/** 8 MiB: 10,000 tokens of usual size. */
const MAX_CHARS = 8_388_608;
/** 192 bits of a signature. */
const END_CHARS = 32;

/**
 * A digest of each token as it comes would cost more than all else that is done for it (SHA-256 of
 * 800 characters: 1.3 to 2 us; V8's own hash of them: the same), so a token is looked up by its last
 * characters, and then compared. What the time of that says about a token here learns only who knows
 * those characters, the end of its signature, already: V8 seeds its hash, and compares characters
 * only where all of the hash is equal. So the tokens are kept, for as long as they hold, with a
 * bound; they pass through this process's memory on every request in any case. Only what was
 * verified comes in, so nobody else's token can push one out or pick its place.
 */
export class TokenCache {
  readonly #known = new Map<string, Entry>();
  #chars = 0;

  get(token: string, nowMs: number): RememberedToken | null {
    const found = this.#known.get(token.slice(-END_CHARS));
    if (found === undefined || found.text !== token) return null;
    if (nowMs < found.untilMs && found.keys() === found.verifiedBy) return found;
    this.#forget(found);
    return null;
  }

  /** Full: those that have been there longest go. Only for tokens of ASCII characters. */
  set(token: string, remembered: RememberedToken): void {
    // A copy: as it came it is a piece of all that was read with it, and would keep that, too.
    const text = Buffer.from(token, "latin1").toString("latin1");
    const end = endOf(text);
    const same = this.#known.get(end);
    if (same !== undefined) this.#forget(same);
    this.#chars += text.length;
    this.#known.set(end, { ...remembered, text });
    for (const oldest of this.#known.values()) {
      if (this.#known.size <= MAX_TOKENS && this.#chars <= MAX_CHARS) break;
      this.#forget(oldest);
    }
  }

  #forget(entry: Entry): void {
    this.#known.delete(endOf(entry.text));
    this.#chars -= entry.text.length;
  }
}

function endOf(token: string): string {
  return token.slice(-END_CHARS);
}
