// Tells of the rows of this run as they come into the spool, whether the store takes them or not.
import { wholeFrames } from "./groups/frame.ts";
import { MAX_GROUP_BYTES } from "./groups/limits.ts";
import { type GroupValues, groupsIn } from "./groups/row-group.ts";
import type { Segment, SegmentList } from "./segment-list.ts";

/** Gets rows, each once, which never change afterwards; must not wait. */
export type SeeRows = (groups: readonly GroupValues[]) => void;

export class LiveRows {
  readonly #run: string;
  readonly #see: SeeRows;
  /** Bytes from the start of a segment that are told of. */
  #told = new Map<string, number>();

  constructor(run: string, see: SeeRows) {
    this.#run = run;
    this.#see = see;
  }

  /** To be called after each look at the folder and before any segment is deleted, so that no row is passed over. */
  async follow(segments: SegmentList): Promise<void> {
    const own = segments.all.filter(({ name }) => name.run === this.#run);
    this.#told = new Map(own.map(({ file }) => [file, this.#told.get(file) ?? 0]));
    for (const segment of own) await this.#read(segment, segments);
  }

  async #read({ file, size }: Segment, segments: SegmentList): Promise<void> {
    for (let at = this.#told.get(file) ?? 0; at < size;) {
      const length = Math.min(size - at, MAX_GROUP_BYTES);
      const bytes = await segments.read({ segment: file, offset: at, length });
      const whole = wholeFrames(bytes, Number.POSITIVE_INFINITY);
      if (whole.length === 0) return;
      this.#see([...groupsIn(bytes.subarray(0, whole.length))]);
      at += whole.length;
      this.#told.set(file, at);
    }
  }
}
