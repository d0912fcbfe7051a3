// JSON.parse for bodies of strangers: what a small text could make large, or deep, is refused before.
import { parseExact } from "../../store/exact-json.ts";
import { messageOf } from "../../core/errors.ts";
import { Undecodable } from "./undecodable.ts";

/** Brackets, commas and colons: three of them may make an object of 64 bytes. A span with ten attributes has 130. */
const MAX_SIGNS = 4_000_000;
const MAX_DEPTH = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** 2 where something begins that others are in, 3 where it ends. */
const SIGNS = new Uint8Array(256);
for (const sign of ",:") SIGNS[sign.charCodeAt(0)] = 1;
for (const sign of "[{") SIGNS[sign.charCodeAt(0)] = 2;
for (const sign of "]}") SIGNS[sign.charCodeAt(0)] = 3;

/** Some editors and frameworks begin texts with it; it may be ignored (RFC 8259 section 8.1). */
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** Whole numbers beyond 2^53 are their digits as text. @throws Undecodable */
export function parseBoundedJson(json: Buffer): unknown {
  checkShape(json);
  const isMarked = json.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  try {
    return parseExact(json.toString("utf8", isMarked ? BYTE_ORDER_MARK.length : 0));
  } catch (thrown) {
    // V8 quotes the text, which may be anything.
    if (thrown instanceof SyntaxError) throw new Undecodable("the body is no JSON");
    throw new Undecodable(`the body is no JSON that can be read: ${messageOf(thrown)}`);
  }
}

function checkShape(json: Buffer): void {
  let signs = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = stringEnd(json, at);
    const sign = SIGNS[byte] ?? 0;
    if (sign === 0) continue;
    signs++;
    if (sign === 2) depth++;
    else if (sign === 3) depth--;
    if (depth > MAX_DEPTH) throw new Undecodable(`the body is nested more than ${MAX_DEPTH} deep`);
  }
  if (signs > MAX_SIGNS)
    throw new Undecodable("the body has too many values; send smaller batches");
}

/** Of its closing quote, or of the text. */
function stringEnd(json: Buffer, at: number): number {
  let end = json.indexOf(QUOTE, at + 1);
  while (end > 0 && isEscaped(json, end)) end = json.indexOf(QUOTE, end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: Buffer, quote: number): boolean {
  let first = quote;
  while (json[first - 1] === BACKSLASH) first--;
  return (quote - first) % 2 === 1;
}
