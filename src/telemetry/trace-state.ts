// W3C tracestate (Trace Context Level 2, section 3.3): check, normalize and, where too long, cut.
import { charSet, isMadeOf, nextComma, trimOws, visibleExcept } from "./field-chars.ts";

const MAX_MEMBERS = 32;
const MAX_KEY_LENGTH = 256;
const MAX_VALUE_LENGTH = 256;
/** Members longer than this go first when a list is cut (section 3.3.2.1). */
const LARGE_MEMBER_LENGTH = 128;

/**
 * Longest list passed on, in characters: what the text asks for at least, and what a row keeps,
 * so that a stored state is whole and a caller cannot make every row large.
 */
export const MAX_STATE_LENGTH = 512;

const LOWER_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";
/** Level 2 allows a digit first and "@" anywhere after; Level 1 did not. */
const KEY_START = charSet(LOWER_ALPHANUMERIC);
const KEY = charSet(`${LOWER_ALPHANUMERIC}_-*/@`);
const VALUE = charSet(` ${visibleExcept(",=")}`);

/**
 * The tracestate to pass on for a received one, its fields already joined by commas.
 * Anything outside the grammar, or a 33rd member, discards the whole list: half of a broken list
 * may mislead the vendor it belongs to. Empty members and optional whitespace are left out; of
 * members with one key the first stays, which is the most recent.
 */
export function readTraceState(field: string): string {
  let list = "";
  const keys: string[] = [];
  let count = 0;
  for (let start = 0; start < field.length;) {
    const end = nextComma(field, start);
    const member = trimOws(field.slice(start, end));
    start = end + 1;
    if (member === "") continue;
    const key = keyOf(member);
    if (key === "" || ++count > MAX_MEMBERS) return "";
    if (keys.includes(key)) continue;
    keys.push(key);
    list = list === "" ? member : `${list},${member}`;
  }
  return list.length > MAX_STATE_LENGTH ? cut(list.split(",")) : list;
}

/** The key of a member within the grammar; empty where it is outside. */
function keyOf(member: string): string {
  const equals = member.indexOf("=");
  const valueLength = member.length - equals - 1;
  if (equals < 1 || equals > MAX_KEY_LENGTH) return "";
  if (valueLength < 1 || valueLength > MAX_VALUE_LENGTH) return "";
  const key = member.slice(0, equals);
  const sound = KEY_START[key.charCodeAt(0)] === 1 && isMadeOf(KEY, key);
  return sound && isMadeOf(VALUE, member, equals + 1) ? key : "";
}

/** Drops whole members until the list fits: large ones first, then any, both from the end. */
function cut(members: string[]): string {
  let excess = members.join(",").length - MAX_STATE_LENGTH;
  for (const least of [LARGE_MEMBER_LENGTH + 1, 0]) {
    for (let at = members.length - 1; at >= 0 && excess > 0; at--) {
      const { length } = members[at] ?? "";
      if (length < least) continue;
      members.splice(at, 1);
      excess -= length + 1;
    }
  }
  return members.join(",");
}
