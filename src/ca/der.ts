// What little of DER (X.690) is written here: the two extensions that the library has no class for.

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** [0] of a constructed, [6] of a primitive type. */
const PERMITTED_SUBTREES = 0xa0;
const URI_NAME = 0x86;

/** NameConstraints (RFC 5280 section 4.2.1.10): URIs below this CA have this very host. */
export function permittedUriHost(host: string): Uint8Array {
  const subtree = element(SEQUENCE, element(URI_NAME, Buffer.from(host, "latin1")));
  return element(SEQUENCE, element(PERMITTED_SUBTREES, subtree));
}

/** A whole number from 0. */
export function derInteger(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  // The first bit is the sign.
  const isHigh = (bytes[0] ?? 0) >= 0x80;
  return element(INTEGER, isHigh ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function element(tag: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

function lengthOf(count: number): readonly number[] {
  if (count < 0x80) return [count];
  return count < 0x100 ? [0x81, count] : [0x82, count >> 8, count & 0xff];
}
