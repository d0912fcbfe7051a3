// The process's connection to its store, embedded or by URL: comes up in its own time, may go away.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Store } from "../store/client.ts";
import { createEmbeddedStore, type EmbeddedStore } from "../store/embedded/supervisor.ts";
import type { RetentionOptions } from "../store/options.ts";
import type { Batch, Delivery, Sink } from "../telemetry/sink.ts";

export interface StoreState {
  readonly kind: "embedded" | "server";
  readonly state: "starting" | "ready" | "down";
  readonly sinceMs: number;
  readonly error: string | null;
}

export interface StoreLink {
  /** For the drain: waits while the store starts, then says "later" for as long as there is none. */
  readonly sink: Sink;
  /** null until the first contact; afterwards queries fail by themselves while it is away. */
  readonly store: () => Store | null;
  readonly state: () => StoreState;
  /** Process id of the embedded store's child, for tests and tools. */
  readonly pid: () => number | undefined;
  /** Returns at once; tries until it works or `stop` is called. */
  readonly start: () => void;
  /** After a reload; a store that is away gets it at the next start. */
  readonly setRetention: (retention: RetentionOptions) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
const PING_MS = 2_000;

export function createStoreLink(config: Config, log: Log): StoreLink {
  return new Link(config, log);
}

class Link implements StoreLink {
  readonly #config: Config;
  readonly #log: Log;
  readonly #embedded: EmbeddedStore | null;
  readonly #stopping = new AbortController();
  /** Rejected at a stop. */
  readonly #stopped = Promise.withResolvers<never>();
  /** Resolved once the store was there, could not be started, or is no longer wanted. */
  readonly #startEnded = Promise.withResolvers<void>();
  #store: Store | null = null;
  #state: StoreState;
  #running: Promise<void> = Promise.resolve();

  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
    const kind = config.store.kind;
    const folder = join(config.data, "store");
    this.#embedded = kind === "embedded" ? createEmbeddedStore({ folder, log }) : null;
    this.#state = { kind, state: "starting", sinceMs: Date.now(), error: null };
    this.#stopped.promise.catch(() => undefined);
  }

  readonly sink: Sink = { write: (batch) => this.#write(batch) };
  readonly store = (): Store | null => this.#store;
  readonly state = (): StoreState => this.#state;
  readonly pid = (): number | undefined => this.#embedded?.pid();

  readonly start = (): void => {
    this.#running = this.#run().catch((thrown: unknown) => {
      if (!this.#stopping.signal.aborted) this.#enter("down", messageOf(thrown));
    });
  };

  readonly setRetention = async (retention: RetentionOptions): Promise<void> => {
    if (this.#store === null) return;
    const { migrate } = await import("../store/migrate.ts");
    await migrate(this.#store, retention, { log: this.#log });
  };

  readonly stop = async (): Promise<void> => {
    this.#stopping.abort();
    this.#stopped.reject(new Error("weir stops"));
    this.#startEnded.resolve();
    await this.#embedded?.stop();
    await this.#running;
    await this.#store?.close();
  };

  async #run(): Promise<void> {
    // What speaks to the store is loaded while it starts.
    const [url, { createStore }, { migrate }] = await Promise.all([
      this.#until(() => this.#url()),
      import("../store/client.ts"),
      import("../store/migrate.ts"),
    ]);
    const store = createStore({ url });
    // An upgrade may take an hour, and goes on where it was ended.
    await this.#until(() => {
      const migrated = migrate(store, this.#config.retention, { log: this.#log });
      return Promise.race([migrated, this.#stopped.promise]);
    });
    this.#store = store;
    this.#enter("ready", null);
    for (;;) {
      await sleep(PING_MS, undefined, { signal: this.#stopping.signal, ref: false });
      const error = await store.ping();
      this.#enter(error === null ? "ready" : "down", error);
    }
  }

  #url(): Promise<string> {
    if (this.#embedded !== null) return this.#embedded.start();
    const { store } = this.#config;
    return Promise.resolve(store.kind === "server" ? store.url : "");
  }

  /** Tries again with growing pauses; what a start can't do now it may do in a while. */
  async #until<T>(act: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await act();
      } catch (thrown) {
        this.#enter("down", messageOf(thrown));
        await sleep(pauseMs, undefined, { signal: this.#stopping.signal });
      }
    }
  }

  async #write(batch: Batch): Promise<Delivery> {
    await this.#startEnded.promise;
    if (this.#store === null) {
      return { kind: "retry", reason: this.#state.error ?? "the store is not there yet" };
    }
    const delivery = await this.#store.write(batch);
    if (delivery.kind === "retry") this.#enter("down", delivery.reason);
    if (delivery.kind === "stored") this.#enter("ready", null);
    return delivery;
  }

  /** Said once per change, so that an outage is two lines in the log however long it lasts. */
  #enter(state: StoreState["state"], error: string | null): void {
    this.#startEnded.resolve();
    const changed = state !== this.#state.state;
    const sinceMs = changed ? Date.now() : this.#state.sinceMs;
    this.#state = { kind: this.#state.kind, state, sinceMs, error };
    if (!changed || this.#stopping.signal.aborted) return;
    if (state === "ready") this.#log.info("store_ready", { kind: this.#state.kind });
    else this.#log.warn("store_down", { kind: this.#state.kind, error });
  }
}
