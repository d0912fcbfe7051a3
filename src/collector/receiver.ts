// The OTLP receiver as the main thread sees it: its thread, opened again where it ends.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";
import type { Log } from "../core/log.ts";
import type { ServerTls } from "../downstream/options.ts";
import type { Signal } from "../telemetry/streams.ts";
import type { Spool } from "../telemetry/spool.ts";
import { type CollectorCounts, createCountCells, readCounts } from "./counts.ts";
import { createInputCells, type InputCounts, readInputCounts } from "./input-counts.ts";
import type { CollectorOptions } from "./options.ts";
import type { FromReceiver, ReceiverBoot, ReceiverPorts, ToReceiver } from "./receiver-protocol.ts";

export interface Receiver {
  /** Where it listens, with the real port where the config says 0. */
  readonly address: CollectorOptions["listen"];
  readonly isSecure: boolean;
  readonly counts: () => CollectorCounts;
  readonly inputs: () => InputCounts;
  /** How often its thread died. */
  readonly deaths: () => number;
  /** Where syslog is received. */
  readonly syslog: readonly CollectorOptions["listen"][];
  /** From now on these are taken, and no others. */
  readonly replaceKeys: (keys: readonly string[]) => void;
  /** Certificates for connections from now on; a plain one passes it over. */
  readonly renew: (tls: ServerTls | null) => void;
  /** What waits is decided by the rules it came under. */
  readonly replaceSampling: (sampling: CollectorOptions["sampling"]) => void;
  /** Requests in flight may end; what was answered is in the spool. */
  readonly close: () => Promise<void>;
}

export interface ReceiverParts {
  readonly options: CollectorOptions;
  /** What options.tls names; null: plain HTTP. */
  readonly tls: ServerTls | null;
  readonly handshakeFailed: (reason: string, address: string) => void;
  readonly spools: Readonly<Record<Signal, Spool>>;
  readonly log: Log;
}

// Type stripping runs the .ts, the build runs the .js.
const ENTRY = new URL(`./receiver-thread${extname(import.meta.filename)}`, import.meta.url);
/** 64 MiB of JSON, the most there can be, become 440 MB of objects at worst; bodies and lines lie outside. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 } as const;
const FIRST_RESTART_MS = 200;
const LONGEST_RESTART_MS = 30_000;
/** One that received for so long before it died had not been started in vain. */
const SETTLED_MS = 60_000;
/** Past the grace that requests have, for the thread itself. */
const EXIT_MS = 3_000;

/** Rejects where the address can't be listened on. */
export async function startReceiver(parts: ReceiverParts): Promise<Receiver> {
  const place = new Place(parts);
  await place.start();
  return place;
}

class Place implements Receiver {
  readonly #log: Log;
  readonly #handshakeFailed: ReceiverParts["handshakeFailed"];
  readonly #counts = createCountCells();
  readonly #inputCounts = createInputCells();
  #boot: ReceiverBoot;
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | undefined;
  /** One after the other, soon after they were started. */
  #failures = 0;
  #deaths = 0;
  #closing = false;

  constructor({ options, tls, handshakeFailed, spools, log }: ReceiverParts) {
    this.#log = log;
    this.#handshakeFailed = handshakeFailed;
    this.#boot = { options, tls, spools, counts: this.#counts, inputCounts: this.#inputCounts };
  }

  get address(): CollectorOptions["listen"] {
    return this.#boot.options.listen;
  }

  get isSecure(): boolean {
    return this.#boot.tls !== null;
  }

  get syslog(): readonly CollectorOptions["listen"][] {
    return this.#boot.options.syslog.map(({ listen }) => listen);
  }

  readonly deaths = (): number => this.#deaths;

  readonly inputs = (): InputCounts => readInputCounts(this.#inputCounts);

  readonly counts = (): CollectorCounts => readCounts(this.#counts);

  async start(): Promise<void> {
    const worker = new Worker(ENTRY, {
      name: "weir-collector",
      workerData: this.#boot,
      resourceLimits,
    });
    this.#worker = worker;
    const ended = new Promise<number>((resolve) => worker.once("exit", resolve));
    // What nobody caught in it; its end follows.
    worker.on("error", ({ stack }) => this.#log.error("collector_failed", { cause: stack }));
    worker.on("message", (message: FromReceiver) => {
      if (message.kind !== "handshake_failed") return;
      this.#handshakeFailed(message.reason, message.address);
    });
    const ports = await portsOf(worker, ended);
    const sinceMs = performance.now();
    // One that takes its place listens where senders know it.
    this.#boot = { ...this.#boot, options: withPorts(this.#boot.options, ports) };
    void ended.then(() => {
      if (performance.now() - sinceMs > SETTLED_MS) this.#failures = 0;
      this.#ended();
    });
  }

  replaceKeys(keys: readonly string[]): void {
    const { host } = this.address;
    // The config has another address by now, which waits for a restart.
    const isLocal = host === "localhost" || isLoopback(host);
    if (keys.length === 0 && !isLocal && !this.#boot.tls?.clients) return;
    this.#boot = { ...this.#boot, options: { ...this.#boot.options, keys } };
    this.#tell({ kind: "keys", keys });
  }

  renew(tls: ServerTls | null): void {
    const { tls: before } = this.#boot;
    if (tls === null || before === null || JSON.stringify(tls) === JSON.stringify(before)) return;
    this.#boot = { ...this.#boot, tls };
    this.#tell({ kind: "tls", tls });
  }

  replaceSampling(sampling: CollectorOptions["sampling"]): void {
    const { options } = this.#boot;
    if (JSON.stringify(sampling) === JSON.stringify(options.sampling)) return;
    this.#boot = { ...this.#boot, options: { ...options, sampling } };
    this.#tell({ kind: "sampling", sampling });
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    this.#tell({ kind: "close" });
    const late = setTimeout(() => void worker.terminate(), EXIT_MS);
    await ended;
    clearTimeout(late);
  }

  #tell(message: ToReceiver): void {
    this.#worker?.postMessage(message);
  }

  /** Waits twice as long after each death: what dies at once must not take the machine along. */
  #ended(): void {
    this.#worker = null;
    if (this.#closing) return;
    this.#deaths++;
    const restart_in_ms = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** this.#failures++);
    this.#log.error("collector_lost", { restart_in_ms });
    this.#restart = setTimeout(() => void this.#again(), restart_in_ms);
  }

  async #again(): Promise<void> {
    try {
      await this.start();
      this.#log.info("collector_restarted");
    } catch (thrown) {
      this.#log.error("collector_restart_failed", { cause: messageOf(thrown) });
      this.#ended();
    }
  }
}

function withPorts(options: CollectorOptions, ports: ReceiverPorts): CollectorOptions {
  return {
    ...options,
    listen: { ...options.listen, port: ports.port },
    syslog: options.syslog.map((each, at) => {
      return { ...each, listen: { ...each.listen, port: ports.syslogPorts[at] ?? 0 } };
    }),
  };
}

function portsOf(worker: Worker, ended: Promise<number>): Promise<ReceiverPorts> {
  return new Promise((resolve, reject) => {
    worker.once("message", (message: FromReceiver) => {
      if (message.kind === "listening") {
        resolve(message);
        return;
      }
      reject(new Error(message.reason));
      void worker.terminate();
    });
    void ended.then(() => reject(new Error("the collector's thread ended before it listened")));
  });
}
