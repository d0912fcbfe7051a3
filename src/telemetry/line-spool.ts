// The spool's end for rows that come encoded: kept whole, or the sender is told to come again.
import type { Clock } from "../core/clock.ts";
import { SegmentWriter, type SegmentWriterOptions } from "./segment-writer.ts";

export interface LineSpool {
  /**
   * True once the lines are with the kernel, all of them; false while the spool is full or failing, and
   * then none is kept. Each is JSONCompactEachRow by the stream's columns, ends with "\n" and is no longer
   * than its `maxLineBytes`. Never throws.
   */
  readonly append: (lines: Buffer) => boolean;
  readonly close: () => void;
}

export interface LineSpoolOptions extends SegmentWriterOptions {
  readonly clock: Clock;
}

/** For any thread: a Spool is plain data and shared memory. */
export function createLineSpool(options: LineSpoolOptions): LineSpool {
  const segments = new SegmentWriter(options);
  return {
    append: (lines) =>
      lines.length <= segments.roomBytes &&
      segments.append(lines, lines.length, options.clock.wallMs()),
    close: () => segments.close(),
  };
}
