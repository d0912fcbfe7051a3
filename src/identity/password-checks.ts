// One worker's verifications of passwords: a few at a time, a queue with an end, and what was verified.
import type { Clock, Random } from "../core/clock.ts";
import { NewestMap } from "../core/newest-map.ts";
import { createKeyedHash } from "./keyed-hash.ts";
import type { PasswordHash } from "./password-hash.ts";
import type { PasswordAnswer } from "./password-thread.ts";
import { createPasswordVerifier, type VerifyPassword } from "./password-verifier.ts";
import { createVerifications } from "./verifications.ts";

/** Who was verified by a credential, and against what. */
export interface Remembered {
  readonly name: string;
  /** PHC string: with another one in the users file this is worth nothing. */
  readonly hash: string;
  readonly staleAtNs: number;
}

export interface PasswordChecks {
  /** A keyed hash of the credential as it was sent, so that no password is kept. */
  readonly keyOf: (credential: string) => string;
  readonly remembered: (key: string) => Remembered | undefined;
  /** Beyond its short life it has to be verified again, and says only that it held once. */
  readonly isFresh: (remembered: Remembered) => boolean;
  readonly remember: (key: string, name: string, hash: string) => void;
  /** null: too many wait; a promise of null: it could not be tried. Several checks of one id are one. */
  readonly verify: (check: PasswordCheck) => Promise<PasswordAnswer> | null;
}

interface PasswordCheck {
  readonly id: string;
  readonly password: string;
  readonly hash: PasswordHash;
}

export interface PasswordCheckParts {
  readonly clock: Clock;
  readonly random: Random;
  /** In a thread of its own unless told. */
  readonly verify?: VerifyPassword;
}

/** Each takes a core and its memory: more at a time would only take them from the traffic. */
const AT_A_TIME = 1;
/** About a second. */
const MAX_WAITING = 32;
const MAX_REMEMBERED = 10_000;
const LIFE_NS = 60e9;
/** Lives end apart, so that credentials that came together are not verified together again. */
const JITTER = 0.25;

/** Outlives snapshots: a reload makes nobody prove again what has not changed. */
export function createPasswordChecks(parts: PasswordCheckParts): PasswordChecks {
  const { clock, random } = parts;
  const known = new NewestMap<Remembered>(MAX_REMEMBERED);
  const verify = parts.verify ?? createPasswordVerifier();
  const inTurn = createVerifications<PasswordAnswer>({ atATime: AT_A_TIME, waiting: MAX_WAITING });
  return {
    keyOf: createKeyedHash(),
    remembered: (key) => known.get(key),
    isFresh: ({ staleAtNs }) => clock.nowNs() < staleAtNs,
    remember(key, name, phc) {
      const staleAtNs = clock.nowNs() + LIFE_NS * (1 - JITTER * random());
      known.set(key, { name, hash: phc, staleAtNs });
    },
    verify: ({ id, password, hash: stored }) => inTurn(id, () => verify(password, stored)),
  };
}
