// API keys in x-api-key, compared so that the time taken says nothing about any key.
import { timingSafeEqual } from "node:crypto";
import type { HeaderList } from "../core/header-list.ts";
import type { Identity } from "../core/identity.ts";
import type { Authenticator, Verification } from "./authenticator.ts";
import { createKeyedHash } from "./keyed-hash.ts";
import type { KeyOptions } from "./options.ts";

const API_KEY_HEADER = "x-api-key";

/** Longer keys are refused unread: hashing them would be work that anybody can order. */
export const MAX_KEY_CHARS = 512;

/** True for what can arrive as the one value of a request field. */
export function isApiKey(text: string): boolean {
  return text.length <= MAX_KEY_CHARS && /^[\x21-\x2b\x2d-\x7e]+$/.test(text);
}

interface KnownKey {
  readonly digest: Buffer;
  readonly verification: Verification;
}

const INVALID: Verification = { outcome: "invalid_key" };
const REPEATED: Verification = { outcome: "repeated_key" };

/**
 * What is looked up is a keyed hash of the presented key; the match is confirmed by timingSafeEqual.
 * A plain key is kept from its first good use on, to be found without a hash: whoever looks up another
 * one learns nothing of it, since V8 seeds its hashes, and compares characters only where all of the
 * hash is equal.
 */
export function createKeyAuthenticator(keys: readonly KeyOptions[]): Authenticator {
  const digestOf = createKeyedHash();
  const known = new Map<string, KnownKey>();
  const accepted = new Map<string, Verification>();
  for (const options of keys) {
    const digest = digestOf(options.key);
    known.set(digest, {
      digest: Buffer.from(digest, "latin1"),
      verification: { outcome: "ok", identity: identityOf(options) },
    });
  }
  return {
    method: "key",
    credentialHeaders: [API_KEY_HEADER],
    challenge: `ApiKey header="${API_KEY_HEADER}"`,
    authenticate: (headers) => {
      const presented = presentedKey(headers);
      if (typeof presented !== "string") return presented;
      const seen = accepted.get(presented);
      if (seen !== undefined) return seen;
      const digest = digestOf(presented);
      const match = known.get(digest);
      if (match === undefined || !timingSafeEqual(match.digest, Buffer.from(digest, "latin1"))) {
        return INVALID;
      }
      // A copy: as it came it is a piece of the whole head, and would keep that, too.
      accepted.set(Buffer.from(presented, "latin1").toString("latin1"), match.verification);
      return match.verification;
    },
  };
}

/** The one key presented; null for none. Two fields, or a list in one, have no single reading. */
function presentedKey(headers: HeaderList): string | Verification | null {
  const first = headers.get(API_KEY_HEADER);
  if (first === undefined) return null;
  if (headers.isRepeated(API_KEY_HEADER) || first.includes(",")) return REPEATED;
  if (first === "" || first.length > MAX_KEY_CHARS) return INVALID;
  return first;
}

function identityOf({ subject, roles, attributes }: KeyOptions): Identity {
  return Object.freeze({ subject, kind: "key", issuer: "", roles, attributes });
}
