// The common name of a certificate's subject (RFC 5280 section 4.1.2.4), whatever else is in it.
import type { X509Certificate } from "node:crypto";

const COMMON_NAME = /^CN=(.*)$/gm;
/** RFC 4514 section 2.4. */
const ESCAPED = /\\([0-9A-Fa-f]{2}|.)/g;

/**
 * Empty where there is none, or several. Node's toLegacyObject would tell, too, but ends the process
 * where OpenSSL does not know the kind of key.
 */
export function commonNameOf({ subject }: X509Certificate): string {
  // Node gives nothing for an empty subject, whatever its types say.
  const names = [...((subject as string | undefined) ?? "").matchAll(COMMON_NAME)];
  return names.length === 1 ? (names[0]?.[1] ?? "").replace(ESCAPED, unescaped) : "";
}

function unescaped(_: string, character: string): string {
  return character.length === 1 ? character : String.fromCharCode(Number.parseInt(character, 16));
}
