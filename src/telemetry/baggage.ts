// W3C Baggage: passed on byte for byte where it is valid, bounded, never read by weir.
import { charSet, isMadeOf, trimOws, visibleExcept } from "./field-chars.ts";

/** What every platform must carry is 64 members in 8192 bytes; the grammar ends at 180. */
const MAX_MEMBERS = 180;
const MAX_LENGTH = 8192;

/** A token (RFC 9110 section 5.6.2) and baggage-octet. */
const KEY = charSet(visibleExcept('"(),/:;<=>?@[\\]{}'));
const VALUE = charSet(visibleExcept('",;\\'));

/**
 * The baggage to pass on for a received one, its fields already joined by commas; empty where it
 * is not baggage (the text leaves that to us: a broken list is dropped whole). Empty members are
 * skipped (RFC 9110 section 5.6.1). Members beyond the limits are dropped whole, from the end.
 */
export function readBaggage(field: string): string {
  if (field === "") return "";
  const kept: string[] = [];
  let length = -1;
  for (const part of field.split(",")) {
    const member = trimOws(part);
    if (member === "") continue;
    if (!isMember(member)) return "";
    length += member.length + 1;
    if (length <= MAX_LENGTH && kept.length < MAX_MEMBERS) kept.push(member);
  }
  return kept.join(",");
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
