// Values of one metric point: numbers, buckets, exemplars, quantiles.
import { BUCKETS, EXEMPLAR, QUANTILE } from "../otlp/messages.ts";
import { fixed64Text, sfixed64, varint64Text, zigzag } from "../otlp/numbers.ts";
import { fixed64End, MessageScan, type Ranges, varintEnd } from "../otlp/scan.ts";
import { Attributes } from "./attributes.ts";
import { Fields, SPAN_ID, TRACE_ID } from "./fields.ts";
import type { JsonLines } from "./json-lines.ts";
import { COUNTS, LIMITS } from "./limits.ts";
import { Nested } from "./nested.ts";
import type { Tally } from "./tally.ts";

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** Writes the value at `at` of a list that goes to `to`, and gives where it ends. */
type WriteItem = (at: number, to: number) => number;

export class PointValues {
  readonly #lines: JsonLines;
  readonly #fields: Fields;
  readonly #attributes: Attributes;
  readonly #buckets = new MessageScan(BUCKETS);
  readonly #exemplars: Nested;
  readonly #quantiles: Nested;
  #bytes: Buffer = Buffer.alloc(0);
  #mapsBegan = 0;
  /** One of the lists of this point was longer than is taken. */
  hasTooMany = false;

  constructor(lines: JsonLines, tally: Tally) {
    this.#lines = lines;
    this.#fields = new Fields(lines);
    this.#attributes = new Attributes(tally);
    this.#exemplars = this.#exemplarColumns(tally);
    this.#quantiles = this.#quantileColumns(tally);
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#fields.begin(bytes);
  }

  beginPoint(): void {
    this.hasTooMany = false;
  }

  /** Either a double or an integer: of those that came, the last one. */
  number(point: MessageScan, double: number, integer: number): void {
    const [asDouble, asInteger] = [point.start(double), point.start(integer)];
    if (asInteger > asDouble) this.#lines.double(sfixed64(this.#bytes, asInteger));
    else this.#fields.double(point, double);
  }

  time(point: MessageScan, number: number): void {
    this.#fields.time(point, number);
  }

  uint32(point: MessageScan, number: number): void {
    this.#fields.uint32(point, number);
  }

  /** Of an Int32 column; an enum beyond that is none. */
  word(point: MessageScan, number: number): void {
    this.#lines.bare(String(point.uint32(this.#bytes, number) | 0));
  }

  sint32(point: MessageScan, number: number): void {
    this.#lines.bare(String(zigzag(point.uint32(this.#bytes, number))));
  }

  bool(point: MessageScan, number: number): void {
    this.#lines.bare(point.uint32(this.#bytes, number) === 0 ? "false" : "true");
  }

  double(point: MessageScan, number: number): void {
    this.#fields.double(point, number);
  }

  count(point: MessageScan, number: number): void {
    this.#lines.bare(fixed64Text(this.#bytes, point.start(number)));
  }

  map(point: MessageScan, number: number): void {
    this.#attributes.read(this.#bytes, point.list(number));
    this.#attributes.write(this.#lines, LIMITS.attributes);
  }

  counts(list: Ranges): void {
    this.#list(list, (at, to) => {
      const end = fixed64End(at, to);
      this.#lines.bare(fixed64Text(this.#bytes, at));
      return end;
    });
  }

  doubles(list: Ranges): void {
    this.#list(list, (at, to) => {
      const end = fixed64End(at, to);
      this.#lines.double(this.#bytes.readDoubleLE(at));
      return end;
    });
  }

  /** Offset and counts of an exponential histogram's one half. */
  buckets(point: MessageScan, number: number): void {
    this.#buckets.read(this.#bytes, point.start(number), point.end(number));
    this.sint32(this.#buckets, 1);
    const bytes = this.#bytes;
    this.#list(this.#buckets.list(2), (at, to) => {
      const end = varintEnd(bytes, at, to);
      this.#lines.bare(varint64Text(bytes, at));
      return end;
    });
  }

  exemplars(list: Ranges): void {
    this.#mapsBegan = this.#lines.length;
    this.#exemplars.write(this.#lines, this.#bytes, list);
  }

  quantiles(list: Ranges): void {
    if (list.count > COUNTS.quantiles) this.hasTooMany = true;
    this.#quantiles.write(this.#lines, this.#bytes, list);
  }

  /** Numbers, packed or one by one. */
  #list({ starts, ends, count }: Ranges, write: WriteItem): void {
    let room: number = COUNTS.buckets;
    this.#lines.open(OPEN_LIST);
    for (let part = 0; part < count; part++) {
      const end = ends[part] ?? 0;
      for (let at = starts[part] ?? 0; at < end && room >= 0; room--) {
        at = write(at, end);
      }
    }
    if (room < 0) this.hasTooMany = true;
    this.#lines.close(CLOSE_LIST);
  }

  #exemplarColumns(tally: Tally): Nested {
    const columns = [
      (exemplar: MessageScan) => {
        this.#attributes.read(this.#bytes, exemplar.list(7));
        const used = this.#lines.length - this.#mapsBegan;
        this.#attributes.write(this.#lines, LIMITS.exemplars - used);
      },
      (exemplar: MessageScan) => this.#fields.time(exemplar, 2),
      (exemplar: MessageScan) => this.number(exemplar, 3, 6),
      (exemplar: MessageScan) => this.#fields.id(exemplar, [4, SPAN_ID]),
      (exemplar: MessageScan) => this.#fields.id(exemplar, [5, TRACE_ID]),
    ];
    return new Nested(EXEMPLAR, columns, { most: COUNTS.exemplars, tally });
  }

  #quantileColumns(tally: Tally): Nested {
    const columns = [
      (quantile: MessageScan) => this.#fields.double(quantile, 1),
      (quantile: MessageScan) => this.#fields.double(quantile, 2),
    ];
    return new Nested(QUANTILE, columns, { most: COUNTS.quantiles, tally });
  }
}
