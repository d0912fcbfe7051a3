// A log record that came as a line of some kind, on its way to a row of otel_logs.
import type { Severity } from "./severity.ts";

export interface LogRecord extends Severity {
  /** null: it does not say, or nothing that can be believed; then it is when it came. */
  readonly at: InstantOf | null;
  /** 32 and 16 lower-case hex digits; empty: none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly body: string;
  readonly attributes: Texts;
}

export interface InstantOf {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanos: number;
}

export type Texts = Readonly<Record<string, string>>;

/** Where records come from: what the config says of an input, or a sender of itself. */
export interface LogOrigin {
  /** Empty: what service.name among the attributes says. */
  readonly service: string;
  /** Of the resource. */
  readonly attributes: Texts;
}
