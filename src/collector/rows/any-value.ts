// OTLP's AnyValue as the text that stands in a map: as the OpenTelemetry Collector's pdata says it (Value.AsString).
import { BYTES } from "../otlp/message.ts";
import { ANY_VALUE, KEY_VALUE } from "../otlp/messages.ts";
import { int64Text } from "../otlp/numbers.ts";
import { FieldCursor, MessageScan } from "../otlp/scan.ts";
import { doubleText, type JsonLines } from "./json-lines.ts";
import { COUNTS } from "./limits.ts";

/** Of AnyValue's fields. */
const STRING = 1;
const BOOL = 2;
const INT = 3;
const DOUBLE = 4;
const ARRAY = 5;
const MAP = 6;
const BINARY = 7;
/** Deeper lists and maps become "…". */
const MAX_DEPTH = 32;
const CUT = '"…"';

/** Both are of the whole process: a value is looked at and done with before the next one. */
const value = new MessageScan(ANY_VALUE);
const entry = new MessageScan(KEY_VALUE);

/** The value between `start` and `end` as a string in JSON. */
export function writeAnyValue(lines: JsonLines, { bytes, start, end }: Part, limit: number): void {
  value.read(bytes, start, end);
  const field = chosen();
  const from = value.start(field);
  const to = value.end(field);
  if (field === STRING) lines.string(from, to, limit);
  else if (field === BINARY) lines.text(base64(bytes, from, Math.min(to, from + limit)), limit);
  else if (field === ARRAY || field === MAP)
    lines.text(jsonOf({ bytes, start, end }, limit), limit);
  else lines.quoted(scalarText(bytes, field, from));
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface Part extends Extent {
  readonly bytes: Buffer;
}

/** Of those that came, the last one: they exclude each other. 0: none. */
function chosen(): number {
  let field = 0;
  for (let other = STRING; other <= BINARY; other++) {
    if (value.start(other) > value.start(field)) field = other;
  }
  return field;
}

function scalarText(bytes: Buffer, field: number, from: number): string {
  if (field === BOOL) return int64Text(bytes, from) === "0" ? "false" : "true";
  if (field === INT) return int64Text(bytes, from);
  if (field !== DOUBLE) return "";
  const number = bytes.readDoubleLE(from);
  if (Number.isFinite(number)) return doubleText(number);
  return `json: unsupported value: ${Number.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf"}`;
}

function base64(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("base64", from, to);
}

/** As Go's encoding/json writes it: keys sorted, some characters escaped for HTML's sake. */
function jsonOf(part: Part, limit: number): string {
  const out = new Nested(part.bytes, limit);
  out.value(part, 0);
  return out.text;
}

class Nested {
  readonly #bytes: Buffer;
  readonly #limit: number;
  text = "";

  constructor(bytes: Buffer, limit: number) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  /** What is over the limit is cut anyway, and must not be made first. */
  get #hasRoom(): boolean {
    return this.text.length <= this.#limit;
  }

  value({ start, end }: Extent, depth: number): void {
    value.read(this.#bytes, start, end);
    const field = chosen();
    const from = value.start(field);
    const to = value.end(field);
    if (field === ARRAY || field === MAP) {
      if (depth === MAX_DEPTH) this.text += CUT;
      else if (field === ARRAY) this.#array(from, to, depth);
      else this.#map(from, to, depth);
    } else this.text += this.#scalar(field, from, to);
  }

  #array(from: number, to: number, depth: number): void {
    let separator = "[";
    const items = new FieldCursor();
    items.begin(from, to);
    while (this.#hasRoom && items.next(this.#bytes)) {
      if (items.number !== 1) continue;
      items.expect(BYTES);
      this.text += separator;
      this.value(items, depth + 1);
      separator = ",";
    }
    this.text += separator === "[" ? "[]" : "]";
  }

  #map(from: number, to: number, depth: number): void {
    const members = this.#members(from, to);
    let separator = "{";
    for (const [key, member] of [...members].sort(byName)) {
      if (!this.#hasRoom) break;
      this.text += `${separator}${quoted(key)}:`;
      this.value(member, depth + 1);
      separator = ",";
    }
    this.text += separator === "{" ? "{}" : "}";
  }

  #members(from: number, to: number): ReadonlyMap<string, Extent> {
    const members = new Map<string, Extent>();
    const items = new FieldCursor();
    items.begin(from, to);
    while (members.size < COUNTS.attributes && items.next(this.#bytes)) {
      if (items.number !== 1) continue;
      items.expect(BYTES);
      entry.read(this.#bytes, items.start, items.end);
      const key = this.#string(entry.start(1), entry.end(1));
      members.set(key, { start: entry.start(2), end: entry.end(2) });
    }
    return members;
  }

  #scalar(field: number, from: number, to: number): string {
    if (field === STRING) return quoted(this.#string(from, to));
    if (field === BINARY) return `"${base64(this.#bytes, from, Math.min(to, from + this.#limit))}"`;
    if (field === BOOL || field === INT) return scalarText(this.#bytes, field, from);
    if (field !== DOUBLE) return "null";
    const number = this.#bytes.readDoubleLE(from);
    return Number.isFinite(number) ? doubleText(number) : "null";
  }

  #string(from: number, to: number): string {
    return this.#bytes.toString("utf8", from, Math.min(to, from + this.#limit));
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
