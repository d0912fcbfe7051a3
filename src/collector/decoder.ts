// One signal's export requests as rows: goes through resources and scopes, and checks all before anything is kept.
import { type Envelope, LOGS, METRICS, TRACES } from "./otlp/messages.ts";
import { MessageScan, type Ranges } from "./otlp/scan.ts";
import { createLogRows } from "./rows/log-rows.ts";
import { createMetricRows } from "./rows/metric-rows.ts";
import { OriginReader } from "./rows/origin.ts";
import type { Rows, RowSource, StreamLines } from "./rows/rows.ts";
import { createSpanRows } from "./rows/span-rows.ts";
import { Tally } from "./rows/tally.ts";

export const OTLP_SIGNALS = ["traces", "logs", "metrics"] as const;

export type OtlpSignal = (typeof OTLP_SIGNALS)[number];

export interface Decoder {
  readonly envelope: Envelope;
  /** What became of the last request. */
  readonly tally: Tally;
  /** Rows by stream, until the next call. @throws Undecodable */
  readonly decode: (source: RowSource) => readonly StreamLines[];
}

const PARTS = {
  traces: { envelope: TRACES, rows: createSpanRows },
  logs: { envelope: LOGS, rows: createLogRows },
  metrics: { envelope: METRICS, rows: createMetricRows },
} as const;

export function createDecoder(signal: OtlpSignal): Decoder {
  const { envelope, rows } = PARTS[signal];
  const tally = new Tally();
  const walk = new Walk({ envelope, tally, rows: rows(tally) });
  return { envelope, tally, decode: (source) => walk.decode(source) };
}

interface WalkParts {
  readonly envelope: Envelope;
  readonly rows: Rows;
  readonly tally: Tally;
}

class Walk {
  readonly #rows: Rows;
  readonly #tally: Tally;
  readonly #origin: OriginReader;
  readonly #request: MessageScan;
  readonly #byResource: MessageScan;
  readonly #byScope: MessageScan;

  constructor({ envelope, rows, tally }: WalkParts) {
    this.#rows = rows;
    this.#tally = tally;
    this.#origin = new OriginReader(tally);
    this.#request = new MessageScan(envelope.request);
    this.#byResource = new MessageScan(envelope.byResource);
    this.#byScope = new MessageScan(envelope.byScope);
  }

  decode(source: RowSource): readonly StreamLines[] {
    const { bytes } = source;
    this.#tally.reset();
    this.#origin.begin(bytes);
    this.#rows.begin(source);
    this.#request.read(bytes, 0, bytes.length);
    each(this.#request.list(1), (start, end) => {
      this.#byResource.read(bytes, start, end);
      this.#addScopes(bytes);
    });
    return this.#rows.made().filter(({ lines }) => lines.rows > 0);
  }

  #addScopes(bytes: Buffer): void {
    const resource = this.#origin.resource(this.#byResource);
    each(this.#byResource.list(2), (start, end) => {
      this.#byScope.read(bytes, start, end);
      this.#rows.from({ resource, scope: this.#origin.scope(this.#byScope) });
      each(this.#byScope.list(2), (from, to) => this.#rows.add(from, to));
    });
  }
}

function each({ starts, ends, count }: Ranges, visit: (start: number, end: number) => void): void {
  for (let at = 0; at < count; at++) visit(starts[at] ?? 0, ends[at] ?? 0);
}
