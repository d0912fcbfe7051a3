// Records of TLS 1.3 for a client, once the handshake is over (RFC 8446 sections 4.6.3, 5 and 6).
import { ALERT, type AlertName, CONTENT, KEY_UPDATE, MOST_CONTENT_BYTES } from "./content.ts";
import type { TrafficKey } from "./traffic-key.ts";

/** Records under one key; AES-GCM stands 2^24.5 of them (section 5.5). */
const MOST_RECORDS = 2 ** 23;
const FATAL = 2;
const WARNING = 1;
const KEY_UPDATE_ALONE = Buffer.concat([KEY_UPDATE, Buffer.from([0])]);

export class RecordWriter {
  readonly #key: TrafficKey;

  constructor(key: TrafficKey) {
    this.#key = key;
  }

  /** One record for each 2^14 bytes. */
  data(content: Buffer): Buffer[] {
    const records: Buffer[] = [];
    for (let at = 0; at < content.length; at += MOST_CONTENT_BYTES) {
      if (this.#key.records >= MOST_RECORDS) records.push(this.keyUpdate());
      const piece = content.subarray(at, at + MOST_CONTENT_BYTES);
      records.push(this.#key.seal(CONTENT.data, piece));
    }
    return records;
  }

  /** What follows is under the next key. */
  keyUpdate(): Buffer {
    const record = this.#key.seal(CONTENT.handshake, KEY_UPDATE_ALONE);
    this.#key.update();
    return record;
  }

  alert(name: AlertName): Buffer {
    const level = name === "close_notify" ? WARNING : FATAL;
    return this.#key.seal(CONTENT.alert, Buffer.from([level, ALERT[name]]));
  }
}
