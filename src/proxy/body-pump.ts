// Moves a request's body from the client to one attempt, no faster than the upstream takes it.
import { WeirError } from "../core/errors.ts";
import type { RawHeaders } from "../core/header-list.ts";
import type { BodySink } from "../downstream/downstream.ts";
import { sendableTrailers } from "./trailers.ts";
import type { Attempt } from "../upstream/upstream.ts";
import type { Exchange } from "./exchange.ts";

export interface BodyPumpParts {
  readonly exchange: Exchange;
  readonly attempt: Attempt;
  readonly abort: (error: WeirError) => void;
  /** How long a client may send nothing while it is waited for. */
  readonly silenceMs: number;
}

export class BodyPump implements BodySink {
  readonly #parts: BodyPumpParts;
  /** True once a byte was taken from the client: the request can't be sent anew from then on. */
  consumed = false;

  constructor(parts: BodyPumpParts) {
    this.#parts = parts;
  }

  start(): void {
    const { exchange, attempt, silenceMs } = this.#parts;
    attempt.onDrain = this.#resume;
    exchange.downstream.readBody(this, silenceMs);
  }

  /** Lets go of the client's body, for another attempt or for nobody. */
  stop(): void {
    this.#parts.exchange.downstream.stopBody();
  }

  data(chunk: Buffer): void {
    const { exchange, attempt, abort } = this.#parts;
    const { record, snapshot, downstream } = exchange;
    this.consumed = true;
    record.requestBytes += chunk.length;
    const { body_bytes: limit } = snapshot.limits;
    if (limit > 0 && record.requestBytes > limit) abort(new WeirError("body_too_large"));
    else if (!attempt.write(chunk)) downstream.pauseBody();
  }

  end(trailers: RawHeaders): void {
    const { exchange, attempt, abort } = this.#parts;
    const { limits, outgoing } = exchange.snapshot;
    this.consumed = true;
    // Upstreams leave out, unsaid, what is beyond their own count.
    if (trailers.length / 2 > limits.header_count) abort(new WeirError("headers_too_large"));
    else attempt.finish(sendableTrailers(trailers, outgoing.isDroppedTrailer));
  }

  silent(how: "silent" | "slow"): void {
    this.#parts.abort(new WeirError("request_timeout", `${how} body`));
  }

  readonly #resume = (): void => this.#parts.exchange.downstream.resumeBody();
}
