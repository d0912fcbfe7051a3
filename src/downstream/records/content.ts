// The words of TLS 1.3 that records carry (RFC 8446).

/** Types of content (section 5.1). */
export const CONTENT = { alert: 21, handshake: 22, data: 23 } as const;
/** Descriptions of alerts (section 6). */
export const ALERT = {
  close_notify: 0,
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  illegal_parameter: 47,
  decode_error: 50,
  user_canceled: 90,
} as const;
export type AlertName = keyof typeof ALERT;

/** Of one record (section 5.1). */
export const MOST_CONTENT_BYTES = 16_384;
/** Type and length of a KeyUpdate (section 4.6.3); a byte follows, whether one is asked for in return. */
export const KEY_UPDATE = Buffer.from([24, 0, 0, 1]);
