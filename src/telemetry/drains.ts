// The drains of all streams behind one: request rows from the start, a signal once there is something of it.
import { logWith } from "../core/log.ts";
import { messageOf } from "../core/errors.ts";
import { createDrain, type Drain, type DrainOptions, type DrainStats } from "./drain.ts";
import type { Sink } from "./sink.ts";
import { SpoolGauge } from "./spool-gauge.ts";
import { acquireSpoolLock, type SpoolLock } from "./spool-lock.ts";
import type { Spool } from "./spool.ts";
import { type Signal, SIGNALS, STREAMS } from "./streams.ts";

export type SignalSpools = Readonly<Record<Signal, Spool>>;

export interface Drains extends Drain {
  /** Of those signals of which anything came since the start, or was left by an earlier run. */
  readonly signals: () => ReadonlyMap<Signal, DrainStats>;
}

type OfOne = "stream" | "spool" | "sink" | "see";

export interface DrainsOptions extends Omit<DrainOptions, OfOne> {
  readonly requests: Pick<DrainOptions, "spool" | "sink" | "see">;
  readonly signals: { readonly spools: SignalSpools; readonly sink: Sink };
}

/** How often a signal that nobody has sent yet is looked for: a look is one load from memory. */
const LOOK_MS = 250;
/** The lock of the spool is that of its streams, too, and goes when the last of them has ended. */
const COVERED: SpoolLock = { release: () => undefined };

/** `stats` is of request rows, all else of all streams. */
export function createDrains(options: DrainsOptions): Drains {
  return new StreamDrains(options);
}

class StreamDrains implements Drains {
  readonly #options: DrainsOptions;
  readonly #requests: Drain;
  readonly #signals: readonly SignalDrain[];
  #lock: SpoolLock | null = null;
  #look: NodeJS.Timeout | undefined;

  constructor(options: DrainsOptions) {
    this.#options = options;
    const { requests, signals, ...same } = options;
    const shared = { ...same, lock: COVERED };
    this.#requests = createDrain({ ...shared, ...requests, stream: STREAMS.requests });
    const sink = oneAtATime(signals.sink);
    this.#signals = SIGNALS.map(
      (name) => new SignalDrain(name, { ...shared, sink, spool: signals.spools[name] }),
    );
  }

  readonly start = async (): Promise<void> => {
    const { requests, lock } = this.#options;
    this.#lock = lock ?? acquireSpoolLock(requests.spool.folder);
    await this.#requests.start();
    this.#look = setInterval(() => void this.#wake(), LOOK_MS).unref();
  };

  readonly stop = async (deadlineMs?: number): Promise<void> => {
    clearInterval(this.#look);
    await this.#wake();
    const all = [this.#requests, ...this.#awake()];
    await Promise.all(all.map((drain) => drain.stop(deadlineMs)));
    this.#lock?.release();
    this.#lock = null;
  };

  readonly flush = async (): Promise<void> => {
    await this.#wake();
    await Promise.all([this.#requests, ...this.#awake()].map((drain) => drain.flush()));
  };

  readonly stats = (): DrainStats => this.#requests.stats();

  readonly signals = (): ReadonlyMap<Signal, DrainStats> =>
    new Map(this.#awake().map(({ name, stats }) => [name, stats()]));

  async #wake(): Promise<void> {
    await Promise.all(this.#signals.map((signal) => signal.wake()));
  }

  #awake(): SignalDrain[] {
    return this.#signals.filter(({ isAwake }) => isAwake);
  }
}

/** Asleep until something is in its spool, so that what nobody sends costs nothing. */
class SignalDrain implements Pick<Drain, "stop" | "flush" | "stats"> {
  readonly name: Signal;
  readonly stop: Drain["stop"];
  readonly flush: Drain["flush"];
  readonly stats: Drain["stats"];
  readonly #drain: Drain;
  readonly #gauge: SpoolGauge;
  readonly #failed: (thrown: unknown) => void;
  #waking: Promise<void> | null = null;
  #isAwake = false;

  constructor(name: Signal, options: Omit<DrainOptions, "stream" | "see">) {
    this.name = name;
    const log = logWith(options.log, { stream: name });
    this.#drain = createDrain({ ...options, stream: STREAMS[name], log });
    this.#gauge = new SpoolGauge(options.spool.gauge);
    this.#failed = (thrown) => log.error("drain_not_started", { reason: messageOf(thrown) });
    this.stop = this.#drain.stop;
    this.flush = this.#drain.flush;
    this.stats = this.#drain.stats;
  }

  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** Tried again at the next look where its folder can't be used now. */
  async wake(): Promise<void> {
    if (this.#isAwake || this.#gauge.usedBytes === 0) return;
    this.#waking ??= this.#drain.start().then(() => void (this.#isAwake = true), this.#failed);
    await this.#waking;
    this.#waking = null;
  }
}

/**
 * A store that hangs must keep a connection for request rows and for questions, however many signals wait;
 * and one that is busy takes a batch of theirs beside one of requests.
 */
function oneAtATime(sink: Sink): Sink {
  let last: Promise<unknown> = Promise.resolve();
  return {
    write: (batch) => {
      const next = last.then(() => sink.write(batch));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
