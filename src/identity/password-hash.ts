// Passwords as argon2id hashes in PHC strings: made, read and verified.
import {
  argon2,
  type Argon2Parameters,
  argon2Sync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** What one hash costs (RFC 9106 section 3.1). */
interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface PasswordHash {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane; 20 to 40 ms of one core. */
export const DEFAULT_COST: HashCost = { memoryKib: 19_456, passes: 2, parallelism: 1 };

const LEAST_CHARS = 8;
const MOST_BYTES = 512;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** From what OWASP calls the least, to what one request in a queue may cost the others. */
const LIMITS = {
  m: { least: 4_096, most: 262_144 },
  t: { least: 1, most: 16 },
  p: { least: 1, most: 4 },
} as const;

/** A PHC string of version 1.3 (v=19); the text says what is wrong with it, and never quotes it. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const [whole, m, t, p, salt = "", tag = ""] = PHC.exec(text) ?? [];
  if (whole === undefined) return "the hash must be $argon2id$v=19$m=...,t=...,p=...$SALT$HASH";
  const given = { m: Number(m), t: Number(t), p: Number(p) };
  for (const name of ["m", "t", "p"] as const) {
    const { least, most } = LIMITS[name];
    if (given[name] < least || given[name] > most)
      return `the hash's ${name} must be from ${least} to ${most}`;
  }
  return {
    cost: { memoryKib: given.m, passes: given.t, parallelism: given.p },
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

/** A new PHC string for a password, with a salt of its own. */
export async function hashPassword(password: string, cost = DEFAULT_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, { cost, salt, tag: Buffer.alloc(TAG_BYTES) });
  return formatHash({ cost, salt, tag });
}

/** Holds up its thread. Takes as long for a wrong password as for the right one, and the time that the cost says. */
export function verifyNow(password: string, hash: PasswordHash): boolean {
  return timingSafeEqual(argon2Sync("argon2id", parametersOf(password, hash)), hash.tag);
}

/** A hash of this cost that no password has: its tag is made by chance. */
export function decoyHash(cost: HashCost): PasswordHash {
  return { cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };
}

/**
 * One text for all ways to type the same one (RFC 8265 section 4.2: OpaqueString, without its table
 * of characters): NFC, and every blank a space.
 */
function normalPassword(text: string): string {
  return text.replace(/\p{Zs}/gu, " ").normalize("NFC");
}

/** "" where somebody may have it; otherwise why not (NIST SP 800-63B section 3.1.1.2: at least 8). */
export function passwordFault(password: string): string {
  const normal = normalPassword(password);
  if (Array.from(normal).length < LEAST_CHARS)
    return `a password has at least ${LEAST_CHARS} characters`;
  if (Buffer.byteLength(normal) > MOST_BYTES) return `a password has at most ${MOST_BYTES} bytes`;
  return /\p{Cc}/u.test(normal) ? "a password must not contain control characters" : "";
}

function formatHash({ cost, salt, tag }: PasswordHash): string {
  const { memoryKib, passes, parallelism } = cost;
  const parameters = `m=${memoryKib},t=${passes},p=${parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

function derive(password: string, hash: PasswordHash): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2("argon2id", parametersOf(password, hash), (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}

function parametersOf(password: string, { cost, salt, tag }: PasswordHash): Argon2Parameters {
  return {
    message: normalPassword(password),
    nonce: salt,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.parallelism,
    tagLength: tag.length,
  };
}
