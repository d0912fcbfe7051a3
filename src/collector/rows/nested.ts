// Messages within a row's message, as one list for each of their columns: events, links, exemplars, quantiles.
import type { Message } from "../otlp/message.ts";
import { MessageScan, type Ranges } from "../otlp/scan.ts";
import type { JsonLines } from "./json-lines.ts";
import type { Tally } from "./tally.ts";

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

export type Column = (scan: MessageScan) => void;

export class Nested {
  readonly #scan: MessageScan;
  readonly #most: number;
  readonly #tally: Tally;
  readonly #columns: readonly Column[];
  readonly #none: Buffer;

  /** `most` are written; what each column writes of one of them is told by `columns`. */
  constructor(message: Message, columns: readonly Column[], { most, tally }: NestedOptions) {
    this.#scan = new MessageScan(message);
    this.#columns = columns;
    this.#most = most;
    this.#tally = tally;
    this.#none = Buffer.from("[],".repeat(columns.length));
  }

  /** @throws Undecodable */
  write(lines: JsonLines, bytes: Buffer, list: Ranges): void {
    if (list.count === 0) {
      lines.raw(this.#none);
      return;
    }
    const count = Math.min(list.count, this.#most);
    this.#tally.cut += list.count - count;
    for (const column of this.#columns) {
      lines.open(OPEN_LIST);
      for (let at = 0; at < count; at++) {
        this.#scan.read(bytes, list.starts[at] ?? 0, list.ends[at] ?? 0);
        column(this.#scan);
      }
      lines.close(CLOSE_LIST);
    }
  }
}

export interface NestedOptions {
  readonly most: number;
  readonly tally: Tally;
}
