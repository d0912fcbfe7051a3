// The key that protects fields of rows: how it is written, how it is told from others, what is derived from it.
import { hkdfSync } from "node:crypto";
import { isFieldKey } from "./options.ts";

const KEY_BYTES = 32;
const ID_BYTES = 4;
const NO_SALT = Buffer.alloc(0);

/** 32 bytes as base64 or hexadecimal digits; null for anything else. */
export function fieldKeyOf(text: string): Buffer | null {
  if (!isFieldKey(text)) return null;
  return Buffer.from(text, text.length === KEY_BYTES * 2 ? "hex" : "base64");
}

/** Eight hexadecimal digits that tell which key a value is of, and nothing of the key. */
export function fieldKeyId(key: Buffer): string {
  return deriveKey(key, { purpose: "id" }).toString("hex", 0, ID_BYTES);
}

/** A key of 32 bytes for one purpose, independent of those for others (HKDF-SHA-256, RFC 5869). */
export function deriveKey(
  key: Buffer,
  { purpose, salt = NO_SALT }: { readonly purpose: string; readonly salt?: Buffer },
): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, `weir fields v1 ${purpose}`, KEY_BYTES));
}
