// Exports the sampled rows the drain delivers as OTLP spans: off the data plane, bounded, never in the way.
import { messageOf } from "../core/errors.ts";
import { countLines } from "../core/lines.ts";
import type { Log } from "../core/log.ts";
import { readRow } from "./export-row.ts";
import { exportsSpans, queueSizesOf, resourceOf, warnOfProtocol } from "./otlp-env.ts";
import type { SendCounts, SpanSender } from "./otlp-sender.ts";

/** Counts since start: spans sent and failed, rows not even tried because too much waited. */
export interface SpanExportStats extends SendCounts {
  readonly dropped_rows: number;
}

export interface SpanExport {
  /** Takes whole lines of JSONCompactEachRow, which must not change afterwards; returns at once. */
  readonly take: (lines: Buffer) => void;
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

const NEWLINE = 0x0a;
/** What may wait as unread lines: some seconds of full load. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
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

/** Lines waiting for the sender, read a few in a turn while it has room. */
class Feed implements SpanExport {
  readonly #log: Log;
  /** Spans given to the SDK and not yet settled. */
  readonly #maxPending: number;
  #sender: SpanSender | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
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

  readonly take = (lines: Buffer): void => {
    if (this.#waitingBytes + lines.length > MAX_WAITING_BYTES) {
      this.#droppedRows += countLines(lines);
      return;
    }
    this.#waiting.push(lines);
    this.#waitingBytes += lines.length;
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
      for (const lines of this.#waiting.splice(0)) this.#droppedRows += countLines(lines);
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
      for (let rows = 0; rows < ROWS_A_TURN && this.#hasRoom(); rows++) this.#readLine();
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

  #readLine(): void {
    const lines = this.#waiting[0];
    if (lines === undefined) return;
    const newline = lines.indexOf(NEWLINE);
    const end = newline < 0 ? lines.length : newline + 1;
    const row = readRow(lines.toString("utf8", 0, end));
    if (row?.flag("sampled")) this.#given += this.#sender?.send(row) ?? 0;
    this.#waitingBytes -= end;
    if (end >= lines.length) this.#waiting.shift();
    else this.#waiting[0] = lines.subarray(end);
  }
}
