// Texts of rows, where some words may be protected: those say so in place of what nobody reads.
import {
  type ProtectedValue,
  protectedValueOf,
} from "../../../../src/telemetry/protected-value.ts";

/** So many tell apart what is on one page. */
const HASH_CHARS = 6;

/** Equal hashes read alike. */
export function protectedWords({ way, body }: ProtectedValue): string {
  return way === "hashed" ? `hashed ${body.slice(0, HASH_CHARS)}` : way;
}

export function storedWords(text: string): string {
  if (!text.includes(":v1:")) return text;
  return text.split(" ").map(wordOf).join(" ");
}

function wordOf(text: string): string {
  const found = protectedValueOf(text);
  return found === null ? text : protectedWords(found);
}
