// The spool's segments as the drain sees them: how long each is, how far delivered, whether it still grows.
import { open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./cut-journal.ts";
import type { Piece } from "./cut.ts";
import { parseSegmentName, type SegmentName } from "./segment-name.ts";

export interface Segment {
  readonly file: string;
  readonly name: SegmentName;
  readonly rowVersion: number;
  size: number;
  /** Bytes from the start that are delivered or given up. */
  done: number;
  /** No writer appends to it any more; its size is final. */
  closed: boolean;
  /** Wall time at which the oldest undelivered byte was there at the latest. */
  waitingSinceMs: number;
}

export class SegmentList {
  readonly #folder: string;
  readonly #run: string;
  readonly #segments = new Map<string, Segment>();

  /** `run` is this process's: only segments of it can still be open. */
  constructor(folder: string, run: string) {
    this.#folder = folder;
    this.#run = run;
  }

  /** Oldest first, as of the last refresh. */
  get all(): readonly Segment[] {
    return [...this.#segments.values()];
  }

  get(file: string): Segment | undefined {
    return this.#segments.get(file);
  }

  /** Looks at the folder; `done` tells how far a segment seen for the first time is delivered. */
  async refresh(done: Readonly<Record<string, number>>, nowMs: number): Promise<void> {
    const files = (await readdir(this.#folder)).sort();
    const newest = new Map<number, number>();
    const named = files.flatMap((file) => {
      const name = parseSegmentName(file);
      if (name === undefined) return [];
      if (name.run === this.#run) {
        newest.set(name.worker, Math.max(newest.get(name.worker) ?? 0, name.sequence));
      }
      return [{ file, name }];
    });
    for (const { file, name } of named) {
      const known = this.#segments.get(file) ?? this.#add(file, name, done[file] ?? 0);
      if (known.closed) continue;
      const grows = name.run === this.#run && newest.get(name.worker) === name.sequence;
      await this.#measure(known, nowMs);
      known.closed = !grows;
    }
    this.#keepOnly(new Set(files));
  }

  /** The bytes of a piece, or those of them that are there; at the start of `bytes`, where it is given. */
  async read(
    { segment, offset, length }: Piece,
    bytes: Buffer = Buffer.allocUnsafe(length),
  ): Promise<Buffer> {
    const handle = await open(join(this.#folder, segment), "r");
    try {
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await handle.close();
    }
  }

  /** Deletes a closed segment; gives the bytes freed. */
  async remove(segment: Segment): Promise<number> {
    this.#segments.delete(segment.file);
    try {
      await unlink(join(this.#folder, segment.file));
      return segment.size;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  #add(file: string, name: SegmentName, done: number): Segment {
    const segment: Segment = {
      file,
      name,
      rowVersion: name.rowVersion,
      size: 0,
      done,
      closed: false,
      waitingSinceMs: name.createdAtMs,
    };
    this.#segments.set(file, segment);
    return segment;
  }

  async #measure(segment: Segment, nowMs: number): Promise<void> {
    try {
      const { size } = await stat(join(this.#folder, segment.file));
      if (segment.size === segment.done && segment.done > 0) segment.waitingSinceMs = nowMs;
      segment.size = size;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** Forgets segments that somebody else deleted, and keeps the oldest first. */
  #keepOnly(files: ReadonlySet<string>): void {
    const sorted = [...this.#segments.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    this.#segments.clear();
    for (const segment of sorted) {
      if (files.has(segment.file)) this.#segments.set(segment.file, segment);
    }
  }
}
