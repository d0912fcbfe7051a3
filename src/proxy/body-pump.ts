// Moves a request's body from the client to one attempt, no faster than the upstream takes it.
import { WeirError } from "../core/errors.ts";
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

export class BodyPump {
  readonly #exchange: Exchange;
  readonly #attempt: Attempt;
  readonly #abort: (error: WeirError) => void;
  readonly #silenceMs: number;
  /** True once a byte was taken from the client: the request can't be sent anew from then on. */
  consumed = false;

  constructor({ exchange, attempt, abort, silenceMs }: BodyPumpParts) {
    this.#exchange = exchange;
    this.#attempt = attempt;
    this.#abort = abort;
    this.#silenceMs = silenceMs;
  }

  start(): void {
    const { request } = this.#exchange;
    this.#attempt.onDrain = this.#resume;
    request.on("data", this.#data);
    request.on("end", this.#end);
    request.on("error", this.#error);
    request.setTimeout(this.#silenceMs, this.#silent);
    request.resume();
  }

  /** Lets go of the client's stream, for another attempt or for nobody. */
  stop(): void {
    const { request } = this.#exchange;
    request.pause();
    request.setTimeout(0, this.#silent);
    request.off("timeout", this.#silent);
    request.off("data", this.#data);
    request.off("end", this.#end);
    request.off("error", this.#error);
    request.on("error", ignore);
  }

  readonly #data = (chunk: Buffer): void => {
    const { record, snapshot, request } = this.#exchange;
    this.consumed = true;
    record.requestBytes += chunk.length;
    const { body_bytes: limit } = snapshot.limits;
    if (limit > 0 && record.requestBytes > limit) this.#abort(new WeirError("body_too_large"));
    else if (!this.#attempt.write(chunk)) request.pause();
  };

  readonly #end = (): void => {
    const { request, snapshot } = this.#exchange;
    this.consumed = true;
    request.setTimeout(0);
    this.#attempt.finish(sendableTrailers(request.rawTrailers, snapshot.outgoing.isDropped));
  };

  /** While the upstream takes nothing the silence is not the client's. */
  readonly #silent = (): void => {
    if (!this.#exchange.request.isPaused()) this.#abort(new WeirError("request_timeout"));
  };

  /** A body that breaks off: the client left, or sent framing that is none. */
  readonly #error = (): void => this.#abort(new WeirError("client_closed"));

  readonly #resume = (): void => void this.#exchange.request.resume();
}

function ignore(): void {
  // The reply is settled; a client that breaks off now harms nobody.
}
