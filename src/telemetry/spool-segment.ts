// One open segment of a worker's spool: whole lines are appended to it, or nothing.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** The calls a segment makes, so that a test can let them fail as a disk does. */
export interface SegmentFiles {
  readonly openSync: (path: string, flags: string, mode: number) => number;
  readonly writeSync: (
    ...from: readonly [fd: number, bytes: Buffer, offset: number, length: number]
  ) => number;
  readonly ftruncateSync: (fd: number, length: number) => void;
  readonly closeSync: (fd: number) => void;
}

export const nodeFiles: SegmentFiles = { openSync, writeSync, ftruncateSync, closeSync };

export class SpoolSegment {
  readonly openedAtMs: number;
  readonly #files: SegmentFiles;
  readonly #fd: number;
  #bytes = 0;

  /** Creates the file; throws if it is there already. */
  constructor(path: string, files: SegmentFiles, nowMs: number) {
    this.#files = files;
    this.#fd = files.openSync(path, "ax", 0o600);
    this.openedAtMs = nowMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends the first `length` bytes. Throws the file system's error, having taken back what was
   * written of the line; where even that failed the segment must be closed and left to the drain,
   * which drops a line without an end: `torn` tells.
   */
  append(line: Buffer, length: number): void {
    let written = 0;
    try {
      while (written < length) {
        const more = this.#files.writeSync(this.#fd, line, written, length - written);
        if (more === 0) throw new Error("the file system wrote nothing");
        written += more;
      }
      this.#bytes += length;
    } catch (error) {
      if (written > 0) this.#takeBack(written);
      throw error;
    }
  }

  /** Bytes of a line that could be neither finished nor taken back. */
  torn = 0;

  close(): void {
    this.#files.closeSync(this.#fd);
  }

  #takeBack(written: number): void {
    try {
      this.#files.ftruncateSync(this.#fd, this.#bytes);
    } catch {
      this.torn = written;
    }
  }
}
