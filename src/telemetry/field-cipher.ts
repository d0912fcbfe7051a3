// Encrypts single values of a row, each bound to its column and row, and opens them again.
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { deriveKey, fieldKeyId } from "./field-key.ts";
import { protectedPrefix, type ProtectedValue, protectedValueOf } from "./protected-value.ts";
import { REDACTED } from "./redact-path.ts";

/** Where a value stands; it opens nowhere else. */
export interface FieldPlace {
  readonly traceId: string;
  readonly spanId: string;
  /** A column, "headers.NAME" or "attributes.NAME". */
  readonly field: string;
}

/** What is kept of a value, at most `limit` ASCII characters. */
export type ProtectField = (value: string, place: FieldPlace, limit: number) => string;

export type Decrypted =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: "malformed" | "other_key" | "not_authentic" };

const SALT_BYTES = 16;
const COUNTER_BYTES = 6;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const EXTRA_BYTES = SALT_BYTES + COUNTER_BYTES + TAG_BYTES;
const MOST_VALUES = 2 ** 48;
const PREFIX_CHARS = protectedPrefix({ way: "encrypted", keyId: "01234567" }).length;
/** What begins shorter says little more than that there was something. */
const LEAST_BYTES = 16;
const CUT_MARK = "…";
const CIPHER = "aes-256-gcm";

/**
 * AES-256-GCM. Nonces must never come twice under one key (NIST SP 800-38D section 8). Many threads share
 * a key over restarts, so each call of this derives a key of its own by a random salt, which every value
 * carries, and counts its nonces (section 8.2.1): no count is shared, kept, or wraps.
 *
 * A text whose encryption would be longer than the limit is cut first, since a value that is cut
 * afterwards can't be opened; where there is no room, "-" is kept.
 */
export function createFieldEncryption(key: Buffer): ProtectField {
  const salt = randomBytes(SALT_BYTES);
  const own = encryptionKey(key, salt);
  const prefix = protectedPrefix({ way: "encrypted", keyId: fieldKeyId(key) });
  const nonce = Buffer.alloc(NONCE_BYTES);
  let count = 0;
  return (value, place, limit) => {
    const room = plainBytesIn(limit);
    if (room < LEAST_BYTES) return REDACTED;
    if (count >= MOST_VALUES) throw new RangeError("too many values under one key");
    nonce.writeUIntBE(count++, NONCE_BYTES - COUNTER_BYTES, COUNTER_BYTES);
    const cipher = createCipheriv(CIPHER, own, nonce).setAAD(associated(place));
    const text = cipher.update(cutText(value, room), "utf8");
    cipher.final();
    const counter = nonce.subarray(NONCE_BYTES - COUNTER_BYTES);
    const whole = Buffer.concat([salt, counter, text, cipher.getAuthTag()]);
    return prefix + whole.toString("base64url");
  };
}

export function decryptField(key: Buffer, value: string, place: FieldPlace): Decrypted {
  const found = encryptedOf(value);
  const bytes = Buffer.from(found?.body ?? "", "base64url");
  if (bytes.length < EXTRA_BYTES) return { ok: false, reason: "malformed" };
  if (found?.keyId !== fieldKeyId(key)) return { ok: false, reason: "other_key" };
  const nonce = Buffer.alloc(NONCE_BYTES);
  bytes.copy(nonce, NONCE_BYTES - COUNTER_BYTES, SALT_BYTES, SALT_BYTES + COUNTER_BYTES);
  const own = encryptionKey(key, bytes.subarray(0, SALT_BYTES));
  const cipher = createDecipheriv(CIPHER, own, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = cipher.update(bytes.subarray(SALT_BYTES + COUNTER_BYTES, -TAG_BYTES));
    return { ok: true, value: Buffer.concat([text, cipher.final()]).toString("utf8") };
  } catch {
    return { ok: false, reason: "not_authentic" };
  }
}

/** The id of the key that opens a value; null for a text that is not encrypted. */
export function keyIdOf(value: string): string | null {
  return encryptedOf(value)?.keyId ?? null;
}

/** Its body is salt, counter, text and tag. */
function encryptedOf(value: string): ProtectedValue | null {
  const found = protectedValueOf(value);
  return found?.way === "encrypted" ? found : null;
}

/** UTF-8 bytes whose encryption is at most `limit` characters long. */
function plainBytesIn(limit: number): number {
  return Math.floor(((limit - PREFIX_CHARS) * 3) / 4) - EXTRA_BYTES;
}

/** As an object, with which a cipher is made in a fraction of the time that bytes take. */
function encryptionKey(key: Buffer, salt: Buffer): KeyObject {
  return createSecretKey(deriveKey(key, { purpose: "encrypt", salt }));
}

function associated({ field, traceId, spanId }: FieldPlace): Buffer {
  return Buffer.from(`${field}\0${traceId}\0${spanId}`);
}

function cutText(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = Math.max(0, limit - Buffer.byteLength(CUT_MARK));
  // Not inside a character (RFC 3629 section 3).
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end) + CUT_MARK;
}
