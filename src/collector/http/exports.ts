// POST /v1/traces, /v1/logs and /v1/metrics: from a body to lines in the spool, and only then to an answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Authenticator } from "../../identity/authenticator.ts";
import type { Signal } from "../../telemetry/streams.ts";
import { type Count, REFUSALS, type Refusal } from "../counts.ts";
import { createDecoder, type Decoder, OTLP_SIGNALS, type OtlpSignal } from "../decoder.ts";
import { transcode } from "../otlp/transcode.ts";
import { Undecodable } from "../otlp/undecodable.ts";
import { REASONS } from "../rows/tally.ts";
import { admit, type Admitted, refused, type Refused, signalOf } from "./admit.ts";
import { exportResponse, FAILURES, send, statusBody } from "./answers.ts";
import { type BodyReader, createBodyReader } from "./body.ts";
import { inflate } from "./inflate.ts";
import { encodingOf } from "./media.ts";

export interface ExportsOptions {
  readonly maxBodyBytes: number;
  /** Those of now; null: everybody may send. */
  readonly keys: () => Authenticator | null;
  /** Keeps whole lines; false: not now, and none of them. */
  readonly keep: (stream: Signal, lines: Buffer) => boolean;
  readonly count: Count;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** Bodies that are held at the same time, as multiples of the largest. */
const HELD = 4;
/** The drain takes up some megabytes a second. */
const RETRY_AFTER_S = "2";

export type Exports = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Never rejects. */
export function createExports(options: ExportsOptions): Exports {
  const { maxBodyBytes, log } = options;
  const bodies = createBodyReader({ maxBytes: maxBodyBytes, heldBytes: HELD * maxBodyBytes });
  const handler = new Handler(options, bodies);
  return async (request, response) => {
    try {
      await handler.handle(request, response);
    } catch (thrown) {
      log.error("collector_failed", { cause: thrown instanceof Error ? thrown.stack : thrown });
      handler.refuse(request, response, refused("internal", "something in weir failed"));
    }
  };
}

class Handler {
  readonly #options: ExportsOptions;
  readonly #bodies: BodyReader;
  readonly #decoders: Readonly<Record<OtlpSignal, Decoder>>;

  constructor(options: ExportsOptions, bodies: BodyReader) {
    this.#options = options;
    this.#bodies = bodies;
    this.#decoders = Object.fromEntries(
      OTLP_SIGNALS.map((signal) => [signal, createDecoder(signal)]),
    ) as Record<OtlpSignal, Decoder>;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = signalOf(request);
    if (signal === undefined) {
      this.refuse(
        request,
        response,
        refused("not_found", "POST to /v1/traces, /v1/logs or /v1/metrics"),
      );
      return;
    }
    this.#options.count(signal, "requests");
    const taken = await this.#take(request, signal);
    if (taken === null) return;
    if ("failure" in taken) {
      const { failure } = taken;
      if (isCounted(failure)) this.#options.count(signal, failure);
      this.refuse(request, response, taken);
    } else send(response, taken);
  }

  refuse(request: IncomingMessage, response: ServerResponse, { failure, message }: Refused): void {
    if (response.headersSent) return;
    const encoding = encodingOf(request.headers["content-type"]) ?? "json";
    const { status } = FAILURES[failure];
    const body = statusBody(encoding, failure, message);
    send(response, { status, encoding, body, headers: HEADERS[failure] ?? {} });
  }

  /** null: the sender is gone. */
  async #take(request: IncomingMessage, signal: OtlpSignal) {
    const admitted = admit(request, this.#options.keys());
    if ("failure" in admitted) return admitted;
    const body = await this.#bodies.read(request);
    try {
      if (body.ok) return this.#kept(body.bytes, admitted, signal);
      return body.fault === "gone" ? null : refused(body.fault, this.#words(body.fault));
    } finally {
      this.#bodies.release(body);
    }
  }

  #kept(sent: Buffer, { encoding, coding }: Admitted, signal: OtlpSignal) {
    const { count, maxBodyBytes, nowMs } = this.#options;
    count(signal, "body_bytes", sent.length);
    const inflated = inflate(sent, coding, maxBodyBytes);
    if (!inflated.ok) {
      const { fault } = inflated;
      if (fault === "too_large") return refused(fault, this.#words(fault));
      return refused("undecodable", `the body is no ${coding}`);
    }
    const decoder = this.#decoders[signal];
    try {
      const { request } = decoder.envelope;
      const bytes = encoding === "json" ? transcode(inflated.bytes, request) : inflated.bytes;
      for (const { stream, lines } of decoder.decode({ bytes, nowMs: nowMs() })) {
        if (!this.#options.keep(stream, lines.taken())) {
          return refused("throttled", this.#words("throttled"));
        }
        count(signal, "accepted", lines.rows);
      }
    } catch (thrown) {
      if (thrown instanceof Undecodable) return refused("undecodable", messageOf(thrown));
      throw thrown;
    }
    return this.#answer(signal, decoder, encoding);
  }

  #answer(signal: OtlpSignal, { tally }: Decoder, encoding: Admitted["encoding"]) {
    const { count } = this.#options;
    for (const reason of REASONS) count(signal, reason, tally.rejected[reason]);
    count(signal, "cut_values", tally.cut);
    const outcome = { signal, rejected: tally.total, message: tally.describe() };
    return { status: 200, encoding, body: exportResponse(encoding, outcome) };
  }

  #words(fault: "too_large" | "throttled"): string {
    if (fault === "throttled") return "the spool is full, or too much is on its way; come again";
    return `the body is larger than collector.max_body_bytes, ${this.#options.maxBodyBytes}`;
  }
}

const HEADERS: Partial<Record<Refused["failure"], Readonly<Record<string, string>>>> = {
  unauthenticated: { "www-authenticate": 'ApiKey header="x-api-key"' },
  not_allowed: { allow: "POST" },
  throttled: { "retry-after": RETRY_AFTER_S },
};

function isCounted(failure: Refused["failure"]): failure is Refusal {
  return REFUSALS.some((known) => known === failure);
}
