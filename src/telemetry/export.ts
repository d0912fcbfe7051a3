// Exports the sampled rows the drain delivers as OTLP spans: off the data plane, bounded, never in the way.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { GroupValues } from "./groups/row-group.ts";
import { rowOf } from "./groups/spooled-row.ts";
import { exportsSpans, queueSizesOf, resourceOf, warnOfProtocol } from "./otlp-env.ts";
import type { SendCounts, SpanSender } from "./otlp-sender.ts";

/** Counts since start: spans sent and failed, rows not even tried because too much waited. */
export interface SpanExportStats extends SendCounts {
  readonly dropped_rows: number;
}

export interface SpanExport {
  /** Takes rows, which must not change afterwards; returns at once. */
  readonly take: (groups: readonly GroupValues[]) => void;
  /** Sends what waits, for at most so long. */
  readonly shutdown: (timeoutMs: number) => Promise<void>;
  readonly stats: () => SpanExportStats;
}

export interface SpanExportOptions {
  readonly env: NodeJS.ProcessEnv;
  /** This process's name, as in the rows. */
  readonly instance: string;
  readonly log: Log;
}

/** What may wait unread: some seconds of full load. */
const MAX_WAITING_ROWS = 20_000;
/** A row has at most so many: one of the server, eight of attempts. */
const SPANS_A_ROW = 9;
/** Rows read in one turn of the event loop: about 5 ms. */
const ROWS_A_TURN = 100;

/**
 * The export that the environment asks for; undefined where it asks for none, see `exportsSpans`.
 * The SDK is loaded only here and then.
 */
export async function createSpanExport(
  options: SpanExportOptions,
): Promise<SpanExport | undefined> {
  const { env, instance, log } = options;
  if (!exportsSpans(env, log.warn)) return undefined;
  warnOfProtocol(env, log.warn);
  const resource = resourceOf(env, instance, log.warn);
  const { startSender } = await import("./otlp-sender.ts");
  const sizes = queueSizesOf(env, SPANS_A_ROW, log.warn);
  const feed = new Feed(log, sizes.queue - SPANS_A_ROW);
  feed.to(startSender({ resource, sizes, log, settled: feed.pump }));
  return feed;
}

/** Rows waiting for the sender, read a few in a turn while it has room. */
class Feed implements SpanExport {
  readonly #log: Log;
  /** Spans given to the SDK and not yet settled. */
  readonly #maxPending: number;
  #sender: SpanSender | undefined;
  #waiting: GroupValues[] = [];
  #waitingRows = 0;
  /** Rows of the first group that are read. */
  #done = 0;
  #given = 0;
  #droppedRows = 0;
  #scheduled = false;
  #idle: (() => void) | undefined;

  constructor(log: Log, maxPending: number) {
    this.#log = log;
    this.#maxPending = maxPending;
  }

  to(sender: SpanSender): void {
    this.#sender = sender;
  }

  readonly take = (groups: readonly GroupValues[]): void => {
    for (const group of groups) {
      if (this.#waitingRows + group.rows > MAX_WAITING_ROWS) this.#droppedRows += group.rows;
      else {
        this.#waiting.push(group);
        this.#waitingRows += group.rows;
      }
    }
    this.pump();
  };

  readonly stats = (): SpanExportStats => {
    const { sent, failed } = this.#sender?.counts() ?? { sent: 0, failed: 0 };
    return { sent, failed, dropped_rows: this.#droppedRows };
  };

  readonly shutdown = async (timeoutMs: number): Promise<void> => {
    const finish = async (): Promise<void> => {
      while (this.#waiting.length > 0) await new Promise<void>((idle) => (this.#idle = idle));
      await this.#sender?.shutdown();
    };
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done in ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      await Promise.race([finish(), timeout]);
    } catch (thrown) {
      this.#waiting = [];
      this.#droppedRows += this.#waitingRows;
      this.#log.warn("span_export_shutdown", {
        reason: messageOf(thrown),
        ...this.stats(),
        unsent: this.#unsettled(),
      });
    } finally {
      clearTimeout(timer);
    }
  };

  /** Goes on reading in the next turn, unless nothing waits or the sender is full. */
  readonly pump = (): void => {
    if (this.#scheduled || this.#waiting.length === 0 || !this.#hasRoom()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (let rows = 0; rows < ROWS_A_TURN && this.#hasRoom(); rows++) this.#readRow();
      if (this.#waiting.length === 0) this.#idle?.();
      this.pump();
    });
  };

  #hasRoom(): boolean {
    return this.#unsettled() < this.#maxPending;
  }

  /** Spans on their way. */
  #unsettled(): number {
    const { sent, failed } = this.stats();
    return this.#given - sent - failed;
  }

  #readRow(): void {
    const group = this.#waiting[0];
    if (group === undefined) return;
    const row = rowOf(group, this.#done++);
    if (row.flag("sampled")) this.#given += this.#sender?.send(row) ?? 0;
    this.#waitingRows--;
    if (this.#done < group.rows) return;
    this.#waiting.shift();
    this.#done = 0;
  }
}
