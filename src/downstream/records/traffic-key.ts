// Keys of TLS 1.3 records in one direction, and sealing and opening with them (RFC 8446 sections 5.2, 5.3, 7.1 to 7.3).
import { createCipheriv, createDecipheriv, createHmac, type CipherGCMTypes } from "node:crypto";

/** What a cipher suite of TLS 1.3 stands for. */
export interface Suite {
  readonly cipher: CipherGCMTypes | "chacha20-poly1305";
  readonly keyBytes: number;
  readonly hash: "sha256" | "sha384";
  readonly hashBytes: number;
}

const SUITES: ReadonlyMap<string, Suite> = new Map([
  [
    "TLS_AES_128_GCM_SHA256",
    { cipher: "aes-128-gcm", keyBytes: 16, hash: "sha256", hashBytes: 32 },
  ],
  [
    "TLS_AES_256_GCM_SHA384",
    { cipher: "aes-256-gcm", keyBytes: 32, hash: "sha384", hashBytes: 48 },
  ],
  [
    "TLS_CHACHA20_POLY1305_SHA256",
    { cipher: "chacha20-poly1305", keyBytes: 32, hash: "sha256", hashBytes: 32 },
  ],
]);

/** By its name of RFC 8446 appendix B.4; undefined for those of TLS 1.2 and others. */
export function suiteOf(name: string): Suite | undefined {
  return SUITES.get(name);
}

export const HEADER_BYTES = 5;
export const TAG_BYTES = 16;
const NONCE_BYTES = 12;
/** Of the count of records, which is below 2^48 here, the bytes that are not 0. */
const COUNT_BYTES = 6;
/** type application_data, legacy_record_version 3.3; the length follows. */
const HEADER = Buffer.from([23, 3, 3, 0, 0]);

export class TrafficKey {
  /** Sealed or opened with this key. */
  records: number;
  readonly #suite: Suite;
  #secret: Buffer;
  /** Made when first needed: most connections that rest never are. */
  #derived: { readonly key: Buffer; readonly iv: Buffer } | null = null;

  /** `secret`: traffic secret of one direction, kept; `records`: how many went by under it. */
  constructor(suite: Suite, secret: Buffer, records: number) {
    this.#suite = suite;
    this.#secret = secret;
    this.records = records;
  }

  /** The next record: its header, and `content` of `type`, up to 2^14 bytes. */
  seal(type: number, content: Uint8Array): Buffer {
    const header = Buffer.from(HEADER);
    header.writeUInt16BE(content.length + 1 + TAG_BYTES, 3);
    const { cipher, key, nonce } = this.#next();
    // One set of types for all three: what GCM and Poly1305 are asked for is the same.
    const sealing = createCipheriv(cipher as CipherGCMTypes, key, nonce, TAG);
    sealing.setAAD(header);
    const sealed = [header, sealing.update(content), sealing.update(Uint8Array.of(type))];
    return Buffer.concat([...sealed, sealing.final(), sealing.getAuthTag()]);
  }

  /** Content, type and padding of the next record; null where it was not sealed as that. */
  open(header: Uint8Array, sealed: Buffer): Buffer | null {
    const { cipher, key, nonce } = this.#next();
    const end = sealed.length - TAG_BYTES;
    const opening = createDecipheriv(cipher as CipherGCMTypes, key, nonce, TAG);
    opening.setAAD(header);
    opening.setAuthTag(sealed.subarray(end));
    const plain = opening.update(sealed.subarray(0, end));
    try {
      opening.final();
    } catch {
      return null;
    }
    return plain;
  }

  /** The next generation of this key, under which no record went by (section 7.2). */
  update(): void {
    const { hash } = this.#suite;
    this.#secret = expandLabel(hash, this.#secret, {
      label: "traffic upd",
      bytes: this.#secret.length,
    });
    this.#derived = null;
    this.records = 0;
  }

  #next(): { cipher: Suite["cipher"]; key: Buffer; nonce: Buffer } {
    const { cipher, hash, keyBytes } = this.#suite;
    const { key, iv } = (this.#derived ??= {
      key: expandLabel(hash, this.#secret, { label: "key", bytes: keyBytes }),
      iv: expandLabel(hash, this.#secret, { label: "iv", bytes: NONCE_BYTES }),
    });
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(this.records, NONCE_BYTES - COUNT_BYTES, COUNT_BYTES);
    for (let at = 0; at < NONCE_BYTES; at++) nonce[at] = (nonce[at] ?? 0) ^ (iv[at] ?? 0);
    this.records += 1;
    return { cipher, key, nonce };
  }
}

const TAG = { authTagLength: TAG_BYTES };

/** HKDF-Expand-Label without a context, for no more bytes than the hash has (RFC 8446 section 7.1). */
function expandLabel(
  hash: Suite["hash"],
  secret: Buffer,
  { label, bytes }: { readonly label: string; readonly bytes: number },
): Buffer {
  const full = Buffer.from(`tls13 ${label}`, "latin1");
  const info = [Buffer.from([0, bytes, full.length]), full, Buffer.from([0])];
  // Of HKDF-Expand's blocks (RFC 5869 section 2.3) the first one.
  const block = createHmac(hash, secret)
    .update(Buffer.concat(info))
    .update(Buffer.from([1]));
  return block.digest().subarray(0, bytes);
}
