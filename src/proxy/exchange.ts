// One request and its reply as the stages see them: a read-only head, the body stream, the row.
import type { WeirError } from "../core/errors.ts";
import type { HeaderList, RawHeaders } from "../core/header-list.ts";
import type { BodyFraming, Downstream, Watcher } from "../downstream/downstream.ts";
import type { TraceContext } from "../telemetry/trace-context.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import type { ClientFacts } from "../core/forwarded.ts";
import type { Written } from "./row-batch.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is forwarded of what arrived; never changed. */
export interface RequestHead {
  readonly method: string;
  /** Normal form. */
  readonly path: string;
  /** Without "?". */
  readonly query: string;
  /** Normal form, with the port where one was given; "" where HTTP/1.0 names none. */
  readonly host: string;
  /** The same without port: what routes and policies see, since a client may write any port. */
  readonly hostName: string;
  readonly headers: HeaderList;
  readonly httpVersion: string;
  readonly body: Exclude<BodyFraming, "unclear">;
  readonly client: ClientFacts;
}

/** Who keeps rows; tells when one is written. */
export interface Recorder {
  readonly record: (exchange: Exchange, written: Written | undefined) => void;
}

/** A request under way and its reply. */
export class Exchange implements Watcher {
  readonly downstream: Downstream;
  readonly snapshot: Snapshot;
  readonly record: RequestRecord;
  readonly trace: TraceContext;
  readonly headers: HeaderList;
  /** Monotonic nanoseconds. */
  readonly startedNs: number;
  /** Fields every reply carries: traceresponse. */
  readonly replyHeaders: RawHeaders;
  /** The client waits for 100 before it sends its body (RFC 9110 section 10.1.1). */
  readonly expectsContinue: boolean;
  /** The client was told to send it. */
  continued = false;
  /** Why the rest of the exchange can't happen; null as long as it can. */
  broken: WeirError | null = null;
  /** Who must be told then: the attempt under way. */
  underway: Watcher | null = null;
  /** Set by `record`. */
  recorder: Recorder | null = null;

  constructor(parts: ExchangeParts) {
    this.downstream = parts.downstream;
    this.snapshot = parts.snapshot;
    this.record = parts.record;
    this.trace = parts.trace;
    this.headers = parts.downstream.head.headers;
    this.startedNs = parts.startedNs;
    this.replyHeaders = parts.replyHeaders;
    this.expectsContinue = waitsForContinue(parts.downstream);
    parts.downstream.watcher = this;
  }

  /** Writes the row, once, and tells when it is written. */
  seal(written?: Written): void {
    const { recorder } = this;
    this.recorder = null;
    if (recorder === null) written?.(true);
    else recorder.record(this, written);
  }

  /** The client left, or its bytes make no sense: what is under way ends with this error. */
  breakOff(error: WeirError): void {
    this.broken = error;
    this.underway?.breakOff(error);
  }

  /**
   * Hands over the last byte, after the row is written: no answered request without its record.
   * Where the row must be written and can't be, the reply is cut off instead.
   */
  finish(last: Buffer | string | null, trailers: RawHeaders): void {
    this.seal((kept) => {
      if (kept) this.downstream.end(last, trailers);
      else this.downstream.destroy();
    });
  }
}

export type ExchangeParts = Pick<
  Exchange,
  "downstream" | "snapshot" | "record" | "trace" | "startedNs" | "replyHeaders"
>;

/** A client of HTTP/1.0 knows no interim responses. */
function waitsForContinue({ head }: Downstream): boolean {
  return head.httpVersion !== "1.0" && head.headers.get("expect")?.toLowerCase() === "100-continue";
}
