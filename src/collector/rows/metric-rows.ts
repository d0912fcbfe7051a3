// A metric's points as rows of the table of its kind, in the columns' order of telemetry/streams.ts.
import { METRIC } from "../otlp/messages.ts";
import { Instant } from "../otlp/numbers.ts";
import { MessageScan } from "../otlp/scan.ts";
import { Fields } from "./fields.ts";
import { JsonLines } from "./json-lines.ts";
import { LIMITS } from "./limits.ts";
import type { Origin } from "./origin.ts";
import { POINT_KINDS, type PointKind } from "./point-kinds.ts";
import { PointValues } from "./point-values.ts";
import type { Rows, RowSource, StreamLines } from "./rows.ts";
import type { Tally } from "./tally.ts";
import { isBelievable } from "./times.ts";

export function createMetricRows(tally: Tally): Rows {
  return new MetricRows(tally);
}

class MetricRows implements Rows {
  readonly #kinds: readonly PointRows[];
  readonly #head: JsonLines;
  readonly #fields: Fields;
  readonly #metric = new MessageScan(METRIC);
  #bytes: Buffer = Buffer.alloc(0);
  #origin: Buffer = Buffer.alloc(0);

  constructor(tally: Tally) {
    this.#kinds = POINT_KINDS.map((kind) => new PointRows(kind, tally));
    this.#head = new JsonLines(tally);
    this.#fields = new Fields(this.#head);
  }

  begin(source: RowSource): void {
    this.#bytes = source.bytes;
    this.#fields.begin(source.bytes);
    for (const kind of this.#kinds) kind.begin(source);
  }

  from({ resource, scope }: Origin): void {
    this.#origin = Buffer.concat([
      resource.attributes,
      resource.schemaUrl,
      scope.name,
      scope.version,
      scope.attributes,
      scope.droppedAttributes,
      scope.schemaUrl,
      resource.service,
    ]);
  }

  /** Of the kinds a metric has at most one; of those that came, the last one. */
  add(start: number, end: number): void {
    const metric = this.#metric;
    metric.read(this.#bytes, start, end);
    let chosen: PointRows | undefined;
    for (const kind of this.#kinds) {
      const last = chosen === undefined ? -1 : metric.start(chosen.number);
      if (metric.start(kind.number) > last) chosen = kind;
    }
    chosen?.add(metric, this.#headOf(metric));
  }

  made(): readonly StreamLines[] {
    return this.#kinds.map(({ stream, lines }) => ({ stream, lines }));
  }

  /** What all points of a metric begin with. */
  #headOf(metric: MessageScan): Buffer {
    const head = this.#head;
    head.reset(this.#bytes);
    head.raw(this.#origin);
    this.#fields.string(metric, 1, LIMITS.name);
    this.#fields.string(metric, 2, LIMITS.message);
    this.#fields.string(metric, 3, LIMITS.name);
    return head.taken();
  }
}

/** The points of one kind. */
class PointRows {
  readonly #kind: PointKind;
  readonly #tally: Tally;
  readonly lines: JsonLines;
  readonly #values: PointValues;
  readonly #data: MessageScan;
  readonly #point: MessageScan;
  readonly #at = new Instant();
  #bytes: Buffer = Buffer.alloc(0);
  #nowMs = 0;

  constructor(kind: PointKind, tally: Tally) {
    this.#kind = kind;
    this.#tally = tally;
    this.lines = new JsonLines(tally);
    this.#values = new PointValues(this.lines, tally);
    this.#data = new MessageScan(kind.data);
    this.#point = new MessageScan(kind.point);
  }

  get number(): number {
    return this.#kind.number;
  }

  get stream(): PointKind["stream"] {
    return this.#kind.stream;
  }

  begin({ bytes, nowMs }: RowSource): void {
    this.#bytes = bytes;
    this.#nowMs = nowMs;
    this.lines.reset(bytes);
    this.#values.begin(bytes);
  }

  add(metric: MessageScan, head: Buffer): void {
    const { number } = this.#kind;
    this.#data.read(this.#bytes, metric.start(number), metric.end(number));
    const { starts, ends, count } = this.#data.list(1);
    for (let at = 0; at < count; at++) {
      this.#point.read(this.#bytes, starts[at] ?? 0, ends[at] ?? 0);
      this.#at.read(this.#bytes, this.#point.start(3));
      if (!isBelievable(this.#at, this.#nowMs)) this.#tally.reject("invalid_time");
      else if (this.lines.isFull) this.#tally.reject("too_large");
      else this.#write(head);
    }
  }

  #write(head: Buffer): void {
    const { lines } = this;
    const values = this.#values;
    lines.beginLine();
    lines.raw(head);
    values.beginPoint();
    values.map(this.#point, this.#kind.attributes);
    values.time(this.#point, 2);
    lines.time(this.#at.seconds, this.#at.nanos);
    this.#kind.write(values, this.#point, this.#data);
    if (!values.hasTooMany) lines.endLine();
    else {
      lines.dropLine();
      this.#tally.reject("too_many_values");
    }
  }
}
