// A row group in the making: its rows, and where their columns and words are written to.
import type { RequestRecord } from "../record.ts";
import { GroupBytes } from "./group-bytes.ts";
import { GroupWords } from "./group-words.ts";
import { MAX_GROUP_BYTES, MAX_GROUP_ROWS } from "./limits.ts";

export class Group {
  readonly bytes: GroupBytes = new GroupBytes(MAX_GROUP_BYTES);
  readonly words: GroupWords = new GroupWords(MAX_GROUP_BYTES);
  readonly instance: string;
  readonly worker: number;
  /** By row: whether the tuple that policy decided on is not written as it was. */
  readonly isTupleCut: Uint8Array = new Uint8Array(MAX_GROUP_ROWS);
  /** By row: values of the list or map being written. */
  readonly counts: Uint8Array = new Uint8Array(MAX_GROUP_ROWS);
  records: readonly RequestRecord[] = [];
  from = 0;
  to = 0;

  constructor(instance: string, worker: number) {
    this.instance = instance;
    this.worker = worker;
  }

  take(records: readonly RequestRecord[], from: number, to: number): void {
    this.records = records;
    this.from = from;
    this.to = to;
  }
}
