// The turns of `weir top`: ask, draw, wait for the next time or for a key.
import { CommandError } from "../command-error.ts";
import { terminalOf } from "../terminal.ts";
import type { TopFeed, TopSample } from "./feed.ts";
import { openScreen, type TerminalStreams } from "./screen.ts";
import { SUBJECTS } from "./subjects.ts";
import { afterKey, topLines, type TopState } from "./view.ts";

export interface WatchOptions {
  readonly everyMs: number;
  readonly windowMs: number;
}

/** Of the time that answers take, so that a slow store is not kept busy by those who watch it. */
const REST = 4;
/** What passes by itself, even before the first answer. */
const PASSING = new Set(["store_unavailable", "busy", "query_timeout"]);

/** Until it is ended. Rejects with CommandError where the first question is refused for good. */
export function watchTop(
  feed: TopFeed,
  first: TopState,
  { streams, options }: { readonly streams: TerminalStreams; readonly options: WatchOptions },
): Promise<void> {
  return new Watch(feed, first, options).run(streams);
}

class Watch {
  readonly #feed: TopFeed;
  readonly #options: WatchOptions;
  #state: TopState;
  #sample: TopSample | null = null;
  #fault = "";
  #hasAnswer = false;
  #hasEnded = false;
  /** Ends the wait for the next turn. */
  #wake: () => void = () => undefined;
  #draw: () => void = () => undefined;

  constructor(feed: TopFeed, first: TopState, options: WatchOptions) {
    this.#feed = feed;
    this.#state = first;
    this.#options = options;
  }

  async run(streams: TerminalStreams): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const screen = openScreen(streams, {
      key: (key) => this.#onKey(key),
      resize: () => this.#draw(),
      end: () => {
        this.#hasEnded = true;
        this.#wake();
        ended.resolve();
      },
    });
    const { output } = streams;
    this.#draw = () => {
      const look = { ...terminalOf(output), height: output.rows, nowMs: Date.now() };
      screen.draw(topLines(this.#scene(), look));
    };
    try {
      this.#draw();
      // An answer that is awaited holds nobody up who wants to go.
      await Promise.race([this.#turns(), ended.promise]);
    } finally {
      screen.close();
    }
  }

  #scene(): Parameters<typeof topLines>[0] {
    const { windowMs } = this.#options;
    return { state: this.#state, sample: this.#sample, fault: this.#fault, windowMs };
  }

  async #turns(): Promise<void> {
    while (!this.#hasEnded) {
      const askedMs = performance.now();
      if (!this.#state.isPaused) await this.#ask();
      if (this.#hasEnded) return;
      this.#draw();
      const tookMs = performance.now() - askedMs;
      await this.#pause(Math.max(this.#options.everyMs, tookMs * REST));
    }
  }

  async #ask(): Promise<void> {
    const { by } = this.#state;
    try {
      const sample = await this.#feed.ask(SUBJECTS[by], Date.now());
      this.#hasAnswer = true;
      if (by !== this.#state.by) return;
      this.#sample = sample;
      this.#fault = "";
    } catch (thrown) {
      if (!(thrown instanceof CommandError)) throw thrown;
      if (!this.#hasAnswer && !PASSING.has(thrown.code)) throw thrown;
      this.#fault = thrown.message;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #onKey(key: string): void {
    const before = this.#state;
    this.#state = afterKey(before, key, this.#sample?.table.rows.length ?? 0);
    if (before.by !== this.#state.by) this.#sample = null;
    this.#draw();
    if (before.by !== this.#state.by || (before.isPaused && !this.#state.isPaused)) this.#wake();
  }
}
