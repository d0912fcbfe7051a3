// A span as a row of otel_spans, in the columns' order of telemetry/streams.ts.
import { EVENT, LINK, SPAN, SPAN_STATUS } from "../otlp/messages.ts";
import { Instant, nanosBetween } from "../otlp/numbers.ts";
import { MessageScan } from "../otlp/scan.ts";
import { Attributes } from "./attributes.ts";
import { Fields, type IdField, SPAN_ID, TRACE_ID } from "./fields.ts";
import { JsonLines } from "./json-lines.ts";
import { COUNTS, LIMITS } from "./limits.ts";
import { Nested } from "./nested.ts";
import type { Origin } from "./origin.ts";
import type { Rows, RowSource, StreamLines } from "./rows.ts";
import type { Tally } from "./tally.ts";
import { isBelievable, storable } from "./times.ts";

const KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"] as const;
const STATUSES = ["Unset", "Ok", "Error"] as const;

const TRACE: IdField = [1, TRACE_ID];
const OWN: IdField = [2, SPAN_ID];
const PARENT: IdField = [4, SPAN_ID];

export function createSpanRows(tally: Tally): Rows {
  return new SpanRows(tally);
}

class SpanRows implements Rows {
  readonly #tally: Tally;
  readonly #lines: JsonLines;
  readonly #fields: Fields;
  readonly #attributes: Attributes;
  readonly #events: Nested;
  readonly #links: Nested;
  readonly #span = new MessageScan(SPAN);
  readonly #status = new MessageScan(SPAN_STATUS);
  readonly #start = new Instant();
  readonly #end = new Instant();
  #origin: Buffer = Buffer.alloc(0);
  #bytes: Buffer = Buffer.alloc(0);
  #nowMs = 0;
  /** What the maps of a list have taken so far. */
  #mapsBegan = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#lines = new JsonLines(tally);
    this.#fields = new Fields(this.#lines);
    this.#attributes = new Attributes(tally);
    this.#events = this.#eventColumns();
    this.#links = this.#linkColumns();
  }

  begin({ bytes, nowMs }: RowSource): void {
    this.#bytes = bytes;
    this.#nowMs = nowMs;
    this.#lines.reset(bytes);
    this.#fields.begin(bytes);
  }

  from({ resource, scope }: Origin): void {
    const { service, attributes } = resource;
    this.#origin = Buffer.concat([service, attributes, scope.name, scope.version]);
  }

  add(start: number, end: number): void {
    const span = this.#span;
    span.read(this.#bytes, start, end);
    this.#start.read(this.#bytes, span.start(7));
    if (!this.#fields.isId(span, TRACE) || !this.#fields.isId(span, OWN)) {
      this.#tally.reject("invalid_id");
    } else if (!isBelievable(this.#start, this.#nowMs)) this.#tally.reject("invalid_time");
    else if (this.#lines.isFull) this.#tally.reject("too_large");
    else this.#write(span);
  }

  made(): readonly StreamLines[] {
    return [{ stream: "spans", lines: this.#lines }];
  }

  #write(span: MessageScan): void {
    const bytes = this.#bytes;
    const lines = this.#lines;
    lines.beginLine();
    this.#which(span);
    lines.raw(this.#origin);
    this.#attributes.read(bytes, span.list(9));
    this.#attributes.write(lines, LIMITS.attributes);
    this.#end.read(bytes, span.start(8));
    lines.bare(String(nanosBetween(this.#start, storable(this.#end))));
    this.#outcome(span);
    this.#mapsBegan = lines.length;
    this.#events.write(lines, bytes, span.list(11));
    this.#mapsBegan = lines.length;
    this.#links.write(lines, bytes, span.list(13));
    lines.endLine();
  }

  #which(span: MessageScan): void {
    const fields = this.#fields;
    this.#lines.time(this.#start.seconds, this.#start.nanos);
    fields.id(span, TRACE);
    fields.id(span, OWN);
    fields.id(span, PARENT);
    fields.string(span, 3, LIMITS.traceState);
    fields.string(span, 5, LIMITS.name);
    this.#lines.quoted(KINDS[span.uint32(this.#bytes, 6)] ?? KINDS[0]);
  }

  #outcome(span: MessageScan): void {
    const status = this.#status;
    status.read(this.#bytes, span.start(15), span.end(15));
    this.#lines.quoted(STATUSES[status.uint32(this.#bytes, 3)] ?? STATUSES[0]);
    this.#fields.string(status, 2, LIMITS.message);
  }

  #eventColumns(): Nested {
    const columns = [
      (event: MessageScan) => this.#fields.time(event, 1),
      (event: MessageScan) => this.#fields.string(event, 2, LIMITS.shortName),
      (event: MessageScan) => this.#map(event, 3, LIMITS.events),
    ];
    return new Nested(EVENT, columns, { most: COUNTS.events, tally: this.#tally });
  }

  #linkColumns(): Nested {
    const columns = [
      (link: MessageScan) => this.#fields.id(link, [1, TRACE_ID]),
      (link: MessageScan) => this.#fields.id(link, [2, SPAN_ID]),
      (link: MessageScan) => this.#fields.string(link, 3, LIMITS.shortName),
      (link: MessageScan) => this.#map(link, 4, LIMITS.links),
    ];
    return new Nested(LINK, columns, { most: COUNTS.links, tally: this.#tally });
  }

  /** One of many that have a limit together. */
  #map(scan: MessageScan, number: number, limit: number): void {
    this.#attributes.read(this.#bytes, scan.list(number));
    this.#attributes.write(this.#lines, limit - (this.#lines.length - this.#mapsBegan));
  }
}
