// How a protected value of a row is written, and told from a plain one by who has no key.

export interface ProtectedValue {
  readonly way: Way;
  /** Of the key: eight hexadecimal digits. */
  readonly keyId: string;
  /** What was made of the value, as base64url. */
  readonly body: string;
}

type Way = "encrypted" | "hashed";

const WORDS: Readonly<Record<Way, string>> = { encrypted: "enc", hashed: "hash" };
/** The way, the version of the format, the key's id, and the body. */
const FORMAT = /^(enc|hash):v1:([0-9a-f]{8}):([A-Za-z0-9_-]+)$/;

export function protectedPrefix({ way, keyId }: Omit<ProtectedValue, "body">): string {
  return `${WORDS[way]}:v1:${keyId}:`;
}

/** null: it is kept as it was. */
export function protectedValueOf(text: string): ProtectedValue | null {
  const [, word, keyId = "", body = ""] = FORMAT.exec(text) ?? [];
  if (word === undefined) return null;
  return { way: word === WORDS.hashed ? "hashed" : "encrypted", keyId, body };
}
