// Tells the segments of a path that name one thing from those that name a kind of things.

/** Decimal numbers, with sign. */
const NUMBER = /^-?\d+$/;
/** RFC 9562, braces and case aside. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A digit somewhere, since "defaced" is a word. */
const HEX = /^(?=.*\d)[0-9a-f]{8,}$/i;
/** ULIDs, nanoids, object keys in base32 and base64url: long, with letters and at least two digits. */
const TOKEN = /^(?=.*[a-z])(?=.*\d.*\d)[\w-]{20,}$/i;

/** Whether a segment is an id by its looks alone. */
export function isIdentifier(segment: string): boolean {
  return NUMBER.test(segment) || UUID.test(segment) || HEX.test(segment) || TOKEN.test(segment);
}
