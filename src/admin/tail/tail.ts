// The live tail: reads passing rows while anyone watches, and hands each watcher what it can take.
import type { GroupValues } from "../../telemetry/groups/row-group.ts";
import { rowOf, type SpooledRow } from "../../telemetry/groups/spooled-row.ts";
import type { RequestFilters } from "../../store/requests.ts";
import type { RowFeed } from "../parts.ts";
import { listedRow } from "./listed-row.ts";
import { matches } from "./matching.ts";

/** How a watcher is told; `row` answers whether there is room for more. */
export interface Watcher {
  readonly filters: RequestFilters;
  readonly row: (json: string) => boolean;
  /** Rows it did not get: more came than it may be told, or than were read. */
  readonly skipped: (rows: number) => void;
  readonly heartbeat: () => void;
  readonly end: () => void;
}

export interface Tail {
  /** null where too many watch already. Ends with the call of what it returns. */
  readonly watch: (watcher: Watcher) => (() => void) | null;
  readonly close: () => void;
}

const MOST_WATCHERS = 32;
/** For each watcher; more than anyone can read. */
const ROWS_A_SECOND = 100;
/** Read for all of them; a row takes some microseconds. */
const READ_A_SECOND = 4000;
const READ_A_TURN = 200;
const SECOND_MS = 1000;
const HEARTBEAT_SECONDS = 10;

interface Watching {
  readonly watcher: Watcher;
  left: number;
  skipped: number;
}

export function createTail(feed: RowFeed): Tail {
  return new LiveTail(feed);
}

class LiveTail implements Tail {
  readonly #feed: RowFeed;
  readonly #watching = new Set<Watching>();
  #waiting: GroupValues[] = [];
  /** Rows of the first of them that are read. */
  #done = 0;
  #left = READ_A_SECOND;
  #seconds = 0;
  #stop: (() => void) | null = null;
  #isReading = false;

  constructor(feed: RowFeed) {
    this.#feed = feed;
  }

  readonly watch = (watcher: Watcher): (() => void) | null => {
    if (this.#watching.size >= MOST_WATCHERS) return null;
    const watching = { watcher, left: ROWS_A_SECOND, skipped: 0 };
    this.#watching.add(watching);
    this.#stop ??= this.#start();
    return () => {
      this.#watching.delete(watching);
      if (this.#watching.size === 0) this.#rest();
    };
  };

  readonly close = (): void => {
    for (const { watcher } of this.#watching) watcher.end();
    this.#watching.clear();
    this.#rest();
  };

  /** Nobody watching costs nothing. */
  #start(): () => void {
    const unsubscribe = this.#feed.subscribe((groups) => {
      this.#waiting.push(...groups);
      this.#read();
    });
    const timer = setInterval(() => this.#second(), SECOND_MS).unref();
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = null;
    this.#waiting = [];
    this.#done = 0;
  }

  /** Some rows in one turn of the event loop, the rest in the next. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => {
      this.#isReading = false;
      for (let rows = 0; rows < READ_A_TURN && this.#waiting.length > 0; rows++) this.#readRow();
      if (this.#waiting.length > 0) this.#read();
    });
  }

  #readRow(): void {
    const group = this.#waiting[0];
    if (group === undefined) return;
    if (this.#left > 0) {
      this.#left--;
      this.#tell(rowOf(group, this.#done++));
    } else {
      for (const watching of this.#watching) watching.skipped += group.rows - this.#done;
      this.#done = group.rows;
    }
    if (this.#done < group.rows) return;
    this.#waiting.shift();
    this.#done = 0;
  }

  #tell(row: SpooledRow): void {
    let json: string | undefined;
    for (const watching of this.#watching) {
      if (!matches(row, watching.watcher.filters)) continue;
      if (watching.left <= 0) watching.skipped++;
      else {
        json ??= JSON.stringify(listedRow(row));
        const hasRoom = watching.watcher.row(json);
        watching.left = hasRoom ? watching.left - 1 : 0;
      }
    }
  }

  #second(): void {
    this.#left = READ_A_SECOND;
    this.#seconds++;
    for (const watching of this.#watching) {
      if (watching.skipped > 0) watching.watcher.skipped(watching.skipped);
      watching.skipped = 0;
      watching.left = ROWS_A_SECOND;
      if (this.#seconds % HEARTBEAT_SECONDS === 0) watching.watcher.heartbeat();
    }
  }
}
