// What a client's records of TLS 1.3 say once the handshake is over (RFC 8446 sections 4.6.3, 5 and 6).
import { ALERT, type AlertName, CONTENT, KEY_UPDATE, MOST_CONTENT_BYTES } from "./content.ts";
import { HEADER_BYTES, TAG_BYTES, type TrafficKey } from "./traffic-key.ts";

/** One message of a client's. After "closed", "aborted" and "broken" there is none. */
export type Message =
  | { readonly kind: "data"; readonly content: Buffer }
  /** The client writes under its next key; it may ask for the same. */
  | { readonly kind: "updated"; readonly asked: boolean }
  | { readonly kind: "closed" }
  /** By an alert of the client's. */
  | { readonly kind: "aborted" }
  /** Such bytes may not be; the alert says why not. */
  | { readonly kind: "broken"; readonly alert: AlertName };

/** Content, its type and the tag; padding takes the place of content. */
const MOST_SEALED_BYTES = MOST_CONTENT_BYTES + 256;
/** Without content between them: a client that sends more wants its records opened for nothing, as OpenSSL sees it, too. */
const MOST_EMPTY = 32;

export class RecordReader {
  readonly #key: TrafficKey;
  #held: Buffer = NONE;
  #empty = 0;
  #over = false;

  constructor(key: TrafficKey) {
    this.#key = key;
  }

  /** Bytes as they come; a record that is not whole is kept until the rest of it is there. */
  feed(bytes: Buffer): Message[] {
    const messages: Message[] = [];
    let left = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    while (!this.#over && left.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + left.readUInt16BE(3);
      if (isHeaderFit(left) && left.length < end) break;
      const message = this.#read(left.subarray(0, end));
      left = left.subarray(end);
      if (message === null) continue;
      messages.push(message);
      this.#over = message.kind !== "data" && message.kind !== "updated";
    }
    // A copy, not to keep all that was read with it.
    this.#held = this.#over || left.length === 0 ? NONE : Buffer.from(left);
    return messages;
  }

  /** null: says nothing. */
  #read(record: Buffer): Message | null {
    const [outer = 0] = record;
    if (outer !== CONTENT.data) return broken("unexpected_message");
    if (!isHeaderFit(record)) return broken("record_overflow");
    const sealed = record.subarray(HEADER_BYTES);
    const plain =
      sealed.length < TAG_BYTES ? null : this.#key.open(record.subarray(0, HEADER_BYTES), sealed);
    if (plain === null) return broken("bad_record_mac");
    if (plain.length > MOST_CONTENT_BYTES + 1) return broken("record_overflow");
    const end = lengthOfUnpadded(plain) - 1;
    // Zeros only: no type at all.
    if (end < 0) return broken("unexpected_message");
    return this.#understand(plain[end] ?? 0, plain.subarray(0, end));
  }

  #understand(type: number, content: Buffer): Message | null {
    if (type === CONTENT.data && content.length > 0) {
      this.#empty = 0;
      return { kind: "data", content };
    }
    this.#empty += 1;
    if (this.#empty > MOST_EMPTY) return broken("unexpected_message");
    if (type === CONTENT.data) return null;
    if (type === CONTENT.alert) return understandAlert(content);
    if (type === CONTENT.handshake) return this.#update(content);
    return broken("unexpected_message");
  }

  /** The only message of a handshake that a client may send on its own; the next record has the next key. */
  #update(content: Buffer): Message {
    const asked = content.at(-1) ?? 0;
    if (!content.subarray(0, -1).equals(KEY_UPDATE)) return broken("unexpected_message");
    if (asked > 1) return broken("illegal_parameter");
    this.#key.update();
    return { kind: "updated", asked: asked === 1 };
  }
}

const NONE = Buffer.alloc(0);

/** What is no record at all, or too long for one, is not waited for. */
function isHeaderFit(record: Buffer): boolean {
  return record[0] === CONTENT.data && record.readUInt16BE(3) <= MOST_SEALED_BYTES;
}

function lengthOfUnpadded(plain: Buffer): number {
  let length = plain.length;
  while (length > 0 && plain[length - 1] === 0) length -= 1;
  return length;
}

/** All but the two that end nothing or end it well are errors, whatever level they give (section 6.2). */
function understandAlert(content: Buffer): Message | null {
  if (content.length !== 2) return broken("decode_error");
  if (content[1] === ALERT.user_canceled) return null;
  return { kind: content[1] === ALERT.close_notify ? "closed" : "aborted" };
}

function broken(alert: AlertName): Message {
  return { kind: "broken", alert };
}
