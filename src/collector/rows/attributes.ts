// Attributes as a map in JSON: keys sorted, so that equal maps are equal bytes, and values as text.
import { BYTES } from "../otlp/message.ts";
import { FieldCursor, type Ranges } from "../otlp/scan.ts";
import { writeAnyValue } from "./any-value.ts";
import type { JsonLines } from "./json-lines.ts";
import { COUNTS, LIMITS } from "./limits.ts";
import type { Tally } from "./tally.ts";

const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const MOST = COUNTS.attributes;
/** From here on a sort costs less than insertion. */
const MANY = 32;

/** One list of KeyValues at a time, without objects for any of them. */
export class Attributes {
  readonly #tally: Tally;
  readonly #cursor = new FieldCursor();
  readonly #keyStart = new Int32Array(MOST);
  readonly #keyEnd = new Int32Array(MOST);
  readonly #valueStart = new Int32Array(MOST);
  readonly #valueEnd = new Int32Array(MOST);
  readonly #order = new Int32Array(MOST);
  #bytes: Buffer = Buffer.alloc(0);
  #count = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** @throws Undecodable */
  read(bytes: Buffer, list: Ranges): void {
    this.#bytes = bytes;
    this.#count = Math.min(list.count, MOST);
    this.#tally.cut += list.count - this.#count;
    for (let at = 0; at < this.#count; at++) {
      this.#readEntry(at, list.starts[at] ?? 0, list.ends[at] ?? 0);
    }
    this.#sort();
  }

  /** What was read; the limit is for all together, in bytes as written. */
  write(lines: JsonLines, limit: number): void {
    const last = lines.length + limit;
    lines.open(OPEN_MAP);
    for (let place = 0; place < this.#count; place++) {
      const at = this.#order[place] ?? 0;
      // Of a key that came twice the last one holds.
      if (place + 1 < this.#count && this.#compare(at, this.#order[place + 1] ?? 0) === 0) continue;
      const room = last - lines.length;
      if (room > 0) this.#writeEntry(lines, at, room);
      else this.#tally.cut++;
    }
    lines.close(CLOSE_MAP);
  }

  /** The value of a key, in JSON; an empty string where there is none. */
  writeValueOf(key: Buffer, lines: JsonLines): void {
    for (let at = this.#count - 1; at >= 0; at--) {
      const [start, end] = [this.#keyStart[at] ?? 0, this.#keyEnd[at] ?? 0];
      if (end - start !== key.length || key.compare(this.#bytes, start, end) !== 0) continue;
      this.#writeValue(lines, at, LIMITS.name);
      return;
    }
    lines.quoted("");
  }

  #readEntry(at: number, start: number, end: number): void {
    const cursor = this.#cursor;
    this.#keyStart[at] = this.#keyEnd[at] = this.#valueStart[at] = this.#valueEnd[at] = start;
    cursor.begin(start, end);
    while (cursor.next(this.#bytes)) {
      if (cursor.number > 2) continue;
      cursor.expect(BYTES);
      if (cursor.number === 1) {
        this.#keyStart[at] = cursor.start;
        this.#keyEnd[at] = cursor.end;
      } else {
        this.#valueStart[at] = cursor.start;
        this.#valueEnd[at] = cursor.end;
      }
    }
  }

  #writeEntry(lines: JsonLines, at: number, room: number): void {
    lines.string(this.#keyStart[at] ?? 0, this.#keyEnd[at] ?? 0, LIMITS.key);
    lines.nameEnds();
    this.#writeValue(lines, at, Math.min(LIMITS.value, room));
  }

  #writeValue(lines: JsonLines, at: number, limit: number): void {
    const part = {
      bytes: this.#bytes,
      start: this.#valueStart[at] ?? 0,
      end: this.#valueEnd[at] ?? 0,
    };
    writeAnyValue(lines, part, limit);
  }

  /** Stable, so that the last one of equal keys is the last that came. */
  #sort(): void {
    const order = this.#order;
    for (let at = 0; at < this.#count; at++) order[at] = at;
    if (this.#count > MANY) {
      order.subarray(0, this.#count).sort((one, other) => this.#compare(one, other) || one - other);
      return;
    }
    for (let place = 1; place < this.#count; place++) this.#insert(order[place] ?? 0, place);
  }

  #insert(moved: number, from: number): void {
    const order = this.#order;
    let place = from;
    while (place > 0 && this.#compare(order[place - 1] ?? 0, moved) > 0) {
      order[place] = order[place - 1] ?? 0;
      place--;
    }
    order[place] = moved;
  }

  /** By bytes, which in UTF-8 is by code points. */
  #compare(one: number, other: number): number {
    const bytes = this.#bytes;
    const start = this.#keyStart[one] ?? 0;
    const otherStart = this.#keyStart[other] ?? 0;
    const length = (this.#keyEnd[one] ?? 0) - start;
    const otherLength = (this.#keyEnd[other] ?? 0) - otherStart;
    const common = Math.min(length, otherLength);
    for (let at = 0; at < common; at++) {
      const difference = (bytes[start + at] ?? 0) - (bytes[otherStart + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return length - otherLength;
  }
}
