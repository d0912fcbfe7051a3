// W3C Baggage: its members passed on byte for byte where all are valid, bounded, never read.
import { charSet, isMadeOf, nextComma, trimOws, visibleExcept } from "./field-chars.ts";

/** What every platform must carry is 64 members in 8192 bytes; the grammar ends at 180. */
const MAX_MEMBERS = 180;
const MAX_LENGTH = 8192;

/** A token (RFC 9110 section 5.6.2) and baggage-octet. */
const KEY = charSet(visibleExcept('"(),/:;<=>?@[\\]{}'));
const VALUE = charSet(visibleExcept('",;\\'));

/**
 * The baggage to pass on for a received one, its fields already joined by commas; empty where it
 * is not baggage (the text leaves that to us: a broken list is dropped whole). Empty members are
 * skipped (RFC 9110 section 5.6.1). A member that would pass the limits
 * is dropped whole.
 */
export function readBaggage(field: string): string {
  let list = "";
  let count = 0;
  for (let start = 0; start < field.length;) {
    const end = nextComma(field, start);
    const member = trimOws(field.slice(start, end));
    start = end + 1;
    if (member === "") continue;
    if (!isMember(member)) return "";
    const longer = list === "" ? member : `${list},${member}`;
    if (++count <= MAX_MEMBERS && longer.length <= MAX_LENGTH) list = longer;
  }
  return list;
}

/** key "=" value, then properties, each ";" and a key with or without a value. */
function isMember(member: string): boolean {
  if (!member.includes(";")) return isPair(member);
  const [pair = "", ...properties] = member.split(";");
  return isPair(pair) && properties.every((property) => isKey(property) || isPair(property));
}

function isPair(text: string): boolean {
  const equals = text.indexOf("=");
  return equals > 0 && isKey(text.slice(0, equals)) && isValue(text.slice(equals + 1));
}

function isKey(text: string): boolean {
  const key = trimOws(text);
  return key !== "" && isMadeOf(KEY, key);
}

function isValue(text: string): boolean {
  return isMadeOf(VALUE, trimOws(text));
}
