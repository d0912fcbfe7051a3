// Reads one protobuf message flat: where in the bytes each of its fields lies, without objects of its own for any.
import { BYTES, FIXED32, FIXED64, type Message, VARINT, wireOf } from "./message.ts";
import { Undecodable } from "./undecodable.ts";

const FIRST_RANGES = 32;
const KEPT_RANGES = 4_096;

/** Begins and ends of a repeated field's values, or of packed runs of them. */
export class Ranges {
  starts = new Int32Array(FIRST_RANGES);
  ends = new Int32Array(FIRST_RANGES);
  count = 0;

  /** What one large message took is not kept for the next. */
  clear(): void {
    this.count = 0;
    if (this.starts.length <= KEPT_RANGES) return;
    this.starts = new Int32Array(FIRST_RANGES);
    this.ends = new Int32Array(FIRST_RANGES);
  }

  add(start: number, end: number): void {
    if (this.count === this.starts.length) {
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

function grown(before: Int32Array): Int32Array<ArrayBuffer> {
  const after = new Int32Array(before.length * 2);
  after.set(before);
  return after;
}

/** Goes from field to field of one message. */
export class FieldCursor {
  number = 0;
  wire = 0;
  /** Of the value: the content where it has a length. */
  start = 0;
  end = 0;
  #to = 0;

  begin(from: number, to: number): void {
    this.end = from;
    this.#to = to;
  }

  /** Whether there is another one. @throws Undecodable */
  next(bytes: Buffer): boolean {
    if (this.end >= this.#to) return false;
    const at = varintEnd(bytes, this.end, this.#to);
    const tag = varint32(bytes, this.end);
    this.number = tag >>> 3;
    this.wire = tag & 7;
    if (this.number === 0) throw new Undecodable("a protobuf field has the number 0");
    this.start = this.wire === BYTES ? varintEnd(bytes, at, this.#to) : at;
    this.end = this.#valueEnd(bytes, at);
    if (this.end <= this.#to) return true;
    throw new Undecodable("a protobuf field is longer than what contains it");
  }

  #valueEnd(bytes: Buffer, at: number): number {
    if (this.wire === BYTES) return this.start + lengthAt(bytes, at, this.start);
    if (this.wire === VARINT) return varintEnd(bytes, at, this.#to);
    if (this.wire === FIXED64) return at + 8;
    if (this.wire === FIXED32) return at + 4;
    throw new Undecodable(`protobuf has no wire type ${this.wire} here`);
  }

  /** @throws Undecodable where it is of another kind. */
  expect(wire: number): void {
    if (this.wire === wire) return;
    throw new Undecodable(
      `protobuf field ${this.number} is of wire type ${this.wire}, not ${wire}`,
    );
  }
}

/** No message that is read has a field with a higher number. */
const FIELDS = 16;
const UNKNOWN = 255;
const ABSENT = -1;

/**
 * Used again for each message of its kind, so what it holds lasts until the next `read`.
 * Of a field that came twice the last one holds, unless it is repeated; unknown fields are passed over.
 */
export class MessageScan {
  readonly #cursor = new FieldCursor();
  readonly #starts = new Int32Array(FIELDS).fill(ABSENT);
  readonly #ends = new Int32Array(FIELDS).fill(ABSENT);
  readonly #wires = new Uint8Array(FIELDS).fill(UNKNOWN);
  readonly #lists: (Ranges | undefined)[] = Array<Ranges | undefined>(FIELDS).fill(undefined);
  readonly #repeated: Ranges[] = [];

  constructor(message: Message) {
    for (const { number, kind, repeated } of message.fields.values()) {
      this.#wires[number] = wireOf(kind);
      if (!repeated) continue;
      const list = new Ranges();
      this.#lists[number] = list;
      this.#repeated.push(list);
    }
  }

  /** Of a repeated field. */
  list(number: number): Ranges {
    const list = this.#lists[number];
    if (list === undefined) throw new RangeError(`field ${number} is not repeated`);
    return list;
  }

  /** Of the field's value: the content where it has a length; -1: not there. */
  start(number: number): number {
    return this.#starts[number] ?? ABSENT;
  }

  end(number: number): number {
    return this.#ends[number] ?? ABSENT;
  }

  /** Of what may be left out: the number of an unsigned varint, or 0. */
  uint32(bytes: Buffer, number: number): number {
    const start = this.start(number);
    return start === ABSENT ? 0 : varint32(bytes, start);
  }

  double(bytes: Buffer, number: number): number {
    const start = this.start(number);
    return start === ABSENT ? 0 : bytes.readDoubleLE(start);
  }

  /** @throws Undecodable */
  read(bytes: Buffer, from: number, to: number): void {
    this.#starts.fill(ABSENT);
    this.#ends.fill(ABSENT);
    for (const list of this.#repeated) list.clear();
    const cursor = this.#cursor;
    cursor.begin(from, to);
    while (cursor.next(bytes)) this.#note(cursor);
  }

  #note(cursor: FieldCursor): void {
    const { number, start, end } = cursor;
    const expected = this.#wires[number] ?? UNKNOWN;
    if (expected === UNKNOWN) return;
    const list = this.#lists[number];
    if (list === undefined) {
      cursor.expect(expected);
      this.#starts[number] = start;
      this.#ends[number] = end;
      return;
    }
    // Numbers may come packed in one field.
    if (cursor.wire !== BYTES) cursor.expect(expected);
    list.add(start, end);
  }
}

/** Of what follows a length written from `at` to `start`. */
function lengthAt(bytes: Buffer, at: number, start: number): number {
  if (start - at > 5) throw new Undecodable("a protobuf length is out of bounds");
  return varint32(bytes, at);
}

/** Past the eight bytes that begin at `at`. @throws Undecodable */
export function fixed64End(at: number, to: number): number {
  if (at + 8 <= to) return at + 8;
  throw new Undecodable("a protobuf number is longer than what contains it");
}

/** Past the varint that begins at `at`. @throws Undecodable */
export function varintEnd(bytes: Buffer, at: number, to: number): number {
  const most = Math.min(to, at + 10);
  for (let end = at; end < most; end++) {
    if ((bytes[end] ?? 0) < 0x80) return end + 1;
  }
  throw new Undecodable("a protobuf number has no end");
}

/** The low 32 bits, unsigned; whether it ends is known. */
function varint32(bytes: Buffer, at: number): number {
  let byte = bytes[at] ?? 0;
  if (byte < 0x80) return byte;
  let value = byte & 0x7f;
  for (let index = 1; index < 5; index++) {
    byte = bytes[at + index] ?? 0;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}
