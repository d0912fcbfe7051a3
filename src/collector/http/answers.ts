// What senders are told, in the encoding they speak: an export response, or google.rpc.Status.
import type { ServerResponse } from "node:http";
import type { OtlpSignal } from "../decoder.ts";
import { ProtobufWriter } from "../otlp/protobuf-writer.ts";
import { contentTypeOf, type Encoding } from "./media.ts";

/** Of the response's partial_success, by signal. */
const REJECTED: Readonly<Record<OtlpSignal, string>> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

export interface Outcome {
  readonly signal: OtlpSignal;
  readonly rejected: number;
  /** Empty: all is well. */
  readonly message: string;
}

/** An Export...ServiceResponse; with nothing to say partial_success stays unset. */
export function exportResponse(encoding: Encoding, outcome: Outcome): Buffer {
  const { signal, rejected, message } = outcome;
  if (message === "") return Buffer.from(encoding === "json" ? "{}" : "");
  if (encoding === "json") {
    const partialSuccess = { [REJECTED[signal]]: String(rejected), errorMessage: message };
    return Buffer.from(JSON.stringify({ partialSuccess }));
  }
  const partial = new ProtobufWriter();
  if (rejected > 0) partial.number(1, rejected);
  partial.text(2, message);
  const response = new ProtobufWriter();
  response.field(1, partial.written());
  return response.written();
}

interface Status {
  readonly status: number;
  /** Of google.rpc.Code. */
  readonly code: number;
}

/** HTTP's status and gRPC's code for each way to fail. */
export const FAILURES = {
  undecodable: { status: 400, code: 3 },
  unauthenticated: { status: 401, code: 16 },
  forbidden: { status: 403, code: 7 },
  not_found: { status: 404, code: 5 },
  not_allowed: { status: 405, code: 12 },
  too_large: { status: 413, code: 8 },
  unsupported: { status: 415, code: 3 },
  throttled: { status: 429, code: 8 },
  internal: { status: 500, code: 13 },
} as const satisfies Record<string, Status>;

export type Failure = keyof typeof FAILURES;

export function statusBody(encoding: Encoding, failure: Failure, message: string): Buffer {
  const { code } = FAILURES[failure];
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message }));
  const status = new ProtobufWriter();
  status.number(1, code);
  status.text(2, message);
  return status.written();
}

export interface Answer {
  readonly status: number;
  readonly encoding: Encoding;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export function send(response: ServerResponse, { status, encoding, body, headers }: Answer): void {
  response.writeHead(status, {
    "content-type": contentTypeOf(encoding),
    "content-length": body.length,
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
}
