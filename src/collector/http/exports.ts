// POST /v1/traces, /v1/logs, /v1/metrics and /v1/lines: from a body to lines in the spool, and only then to an answer.
import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Signal } from "../../telemetry/streams.ts";
import { type Count, REFUSALS, type Refusal } from "../counts.ts";
import { createDecoder, type Decoder, OTLP_SIGNALS, type OtlpSignal } from "../decoder.ts";
import { transcode } from "../otlp/transcode.ts";
import { Undecodable } from "../otlp/undecodable.ts";
import { REASONS } from "../rows/tally.ts";
import type { LogOrigin } from "../lines/log-record.ts";
import { createLinesDecoder } from "../lines/lines-decoder.ts";
import type { StreamLines } from "../rows/rows.ts";
import type { Tally } from "../rows/tally.ts";
import { admit, type Admitted, refused, type Refused, type Route, routeOf } from "./admit.ts";
import { exportResponse, FAILURES, send, statusBody } from "./answers.ts";
import { type BodyReader, createBodyReader } from "./body.ts";
import { inflate } from "./inflate.ts";
import { encodingOf } from "./media.ts";
import type { IsSender } from "./senders.ts";

export interface ExportsOptions {
  readonly maxBodyBytes: number;
  readonly isSender: IsSender;
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
  readonly #lines = createLinesDecoder();

  constructor(options: ExportsOptions, bodies: BodyReader) {
    this.#options = options;
    this.#bodies = bodies;
    this.#decoders = Object.fromEntries(
      OTLP_SIGNALS.map((signal) => [signal, createDecoder(signal)]),
    ) as Record<OtlpSignal, Decoder>;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request);
    if (route === undefined) {
      const paths = "POST to /v1/traces, /v1/logs, /v1/metrics or /v1/lines";
      this.refuse(request, response, refused("not_found", paths));
      return;
    }
    const { signal } = route;
    this.#options.count(signal, "requests");
    const taken = await this.#take(request, route);
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
  async #take(request: IncomingMessage, route: Route) {
    const admitted = admit(request, this.#options.isSender, route);
    if ("failure" in admitted) return admitted;
    const body = await this.#bodies.read(request);
    try {
      const { url = "" } = request;
      if (body.ok) return this.#kept(body.bytes, { ...admitted, ...route, url });
      return body.fault === "gone" ? null : refused(body.fault, this.#words(body.fault));
    } finally {
      this.#bodies.release(body);
    }
  }

  #kept(sent: Buffer, asked: Asked) {
    const { count, maxBodyBytes } = this.#options;
    const { coding, signal } = asked;
    count(signal, "body_bytes", sent.length);
    const inflated = inflate(sent, coding, maxBodyBytes);
    if (!inflated.ok) {
      const { fault } = inflated;
      if (fault === "too_large") return refused(fault, this.#words(fault));
      return refused("undecodable", `the body is no ${coding}`);
    }
    try {
      const { made, tally } = this.#decoded(inflated.bytes, asked);
      for (const { stream, lines } of made) {
        if (!this.#options.keep(stream, lines.taken())) {
          return refused("throttled", this.#words("throttled"));
        }
        count(signal, "accepted", lines.rows);
      }
      return this.#answer(asked, tally);
    } catch (thrown) {
      if (thrown instanceof Undecodable) return refused("undecodable", messageOf(thrown));
      throw thrown;
    }
  }

  /** @throws Undecodable */
  #decoded(bytes: Buffer, { signal, isLines, isWhole, encoding, url }: Asked): Decoded {
    const nowMs = this.#options.nowMs();
    if (isLines) {
      const { tally, decode } = this.#lines;
      return { made: decode({ bytes, isWhole, origin: originIn(url), nowMs }), tally };
    }
    const { envelope, decode, tally } = this.#decoders[signal];
    const plain = encoding === "json" ? transcode(bytes, envelope.request) : bytes;
    return { made: decode({ bytes: plain, nowMs }), tally };
  }

  #answer({ signal, encoding }: Asked, tally: Tally) {
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

/** What a request's head says of it, admitted. */
interface Asked extends Admitted, Route {
  readonly url: string;
}

interface Decoded {
  readonly made: readonly StreamLines[];
  readonly tally: Tally;
}

/** Of lines: ?service=..., and further attributes of the resource by their names. */
function originIn(url: string): LogOrigin {
  const asked = new URLSearchParams(url.split("?", 2)[1] ?? "");
  const { service = "", ...attributes } = Object.fromEntries(asked) as Record<string, string>;
  return { service, attributes };
}

const HEADERS: Partial<Record<Refused["failure"], Readonly<Record<string, string>>>> = {
  unauthenticated: { "www-authenticate": 'ApiKey header="x-api-key"' },
  not_allowed: { allow: "POST" },
  throttled: { "retry-after": RETRY_AFTER_S },
};

function isCounted(failure: Refused["failure"]): failure is Refusal {
  return REFUSALS.some((known) => known === failure);
}
