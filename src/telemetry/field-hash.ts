// Hashes single values of a row by key: equal ones stay equal, so they can be grouped and sought, but not read.
import { createHmac, createSecretKey } from "node:crypto";
import { remembering } from "../core/remembering.ts";
import { deriveKey, fieldKeyId } from "./field-key.ts";
import { protectedPrefix } from "./protected-value.ts";

/** 128 bits: no two values meet by chance. */
const HASH_BYTES = 16;

/**
 * HMAC-SHA-256 (RFC 2104), cut to 128 bits. Each field has a key of its own, so that a value's hash in
 * one says nothing of another.
 */
export function createFieldHash(key: Buffer, field: string): (value: string) => string {
  const own = createSecretKey(deriveKey(key, { purpose: `hash ${field}` }));
  const prefix = protectedPrefix({ way: "hashed", keyId: fieldKeyId(key) });
  return remembering((value) => {
    const digest = createHmac("sha256", own).update(value).digest();
    return prefix + digest.toString("base64url", 0, HASH_BYTES);
  });
}
