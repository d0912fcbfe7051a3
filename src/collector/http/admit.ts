// What a request's head must say before its body is read.
import type { IncomingMessage } from "node:http";
import { OTLP_SIGNALS, type OtlpSignal } from "../decoder.ts";
import type { Failure } from "./answers.ts";
import { CODINGS, type Coding, codingOf } from "./inflate.ts";
import { type Encoding, encodingOf, linesEncodingOf } from "./media.ts";
import type { IsSender } from "./senders.ts";

export interface Refused {
  readonly failure: Failure;
  /** For the sender. */
  readonly message: string;
}

export interface Admitted {
  /** Of an OTLP request, and of every answer. */
  readonly encoding: Encoding;
  /** Of /v1/lines: one JSON value rather than lines. */
  readonly isWhole: boolean;
  readonly coding: Coding;
}

export interface Route {
  readonly signal: OtlpSignal;
  /** Lines of a log rather than OTLP. */
  readonly isLines: boolean;
}

const ROUTES = new Map<string, Route>([
  ...OTLP_SIGNALS.map((signal) => [`/v1/${signal}`, { signal, isLines: false }] as const),
  ["/v1/lines", { signal: "logs", isLines: true }],
]);

/** undefined: this path is none of them. */
export function routeOf(request: IncomingMessage): Route | undefined {
  const [path = ""] = (request.url ?? "").split("?", 1);
  return ROUTES.get(path);
}

/** `isSender`: whether who sends may. */
export function admit(
  request: IncomingMessage,
  isSender: IsSender,
  { isLines }: Route,
): Admitted | Refused {
  if (request.method !== "POST") return refused("not_allowed", "only POST is answered here");
  // Text goes from any page to any port, a certificate with it, before a browser asks whether it may.
  if (request.headers["sec-fetch-site"] === "cross-site") {
    return refused("forbidden", "no page of another site may send here");
  }
  if (!isSender(request)) {
    const message = "a key of collector.keys is needed in x-api-key, or a client certificate";
    return refused("unauthenticated", message);
  }
  const type = request.headers["content-type"];
  const encoding = isLines ? linesEncodingOf(type) : encodingOf(type);
  if (encoding === null) return refused("unsupported", UNKNOWN_TYPE[isLines ? "lines" : "otlp"]);
  const coding = codingOf(request.headers["content-encoding"]);
  const isWhole = encodingOf(type) === "json";
  if (coding !== null) return { encoding, coding, isWhole };
  return refused("unsupported", `content-encoding is none of ${CODINGS.join(", ")}`);
}

const UNKNOWN_TYPE = {
  otlp: "content-type is neither application/x-protobuf nor application/json",
  lines: "content-type is none of application/json, application/x-ndjson, text/plain",
} as const;

export function refused(failure: Failure, message: string): Refused {
  return { failure, message };
}
