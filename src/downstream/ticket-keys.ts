// Keys of session tickets (RFC 5077 section 4), derived from a secret that is replaced from time to time.
import { hkdfSync } from "node:crypto";

/** As Node's setTicketKeys takes them. */
const TICKET_KEY_BYTES = 48;

/** Of one scope: tickets of another one resume nothing. */
export function ticketKeysOf(secret: Uint8Array, scope: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", scope, TICKET_KEY_BYTES));
}
