// The credentials of HTTP Basic (RFC 7617): one Authorization field, read strictly, in UTF-8.
import type { HeaderList } from "../core/header-list.ts";

export const AUTHORIZATION = "authorization";

/** Longer ones are refused unread: nobody types them. */
const MAX_BASIC_CHARS = 2_048;

export interface BasicCredentials {
  readonly name: string;
  readonly password: string;
}

const SCHEME = /^basic(?: |$)/i;
const TOKEN68 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const CONTROL = /\p{Cc}/u;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The first Authorization field where it is Basic's; null for none. */
export function basicField(headers: HeaderList): string | null {
  const first = headers.get(AUTHORIZATION);
  return first !== undefined && SCHEME.test(first) ? first : null;
}

/** null where it has no single reading: not base64, not UTF-8, no colon, or with control characters. */
export function readBasic(field: string): BasicCredentials | null {
  if (field.length > MAX_BASIC_CHARS) return null;
  const encoded = field.slice("basic ".length).trim();
  if (!TOKEN68.test(encoded)) return null;
  const text = decoded(Buffer.from(encoded, "base64"));
  const colon = text?.indexOf(":") ?? -1;
  if (text === null || colon < 0 || CONTROL.test(text)) return null;
  return { name: text.slice(0, colon).normalize("NFC"), password: text.slice(colon + 1) };
}

function decoded(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
