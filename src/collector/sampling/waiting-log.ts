// Spans that wait are on disk before their sender is answered, so a crash loses none of them: appended here, and marked once decided.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { isFolder, makeFolder } from "../../core/folder.ts";
import type { Log } from "../../core/log.ts";
import { linesIn, readSpan } from "./span-line.ts";
import { nodeFiles, SpoolSegment } from "../../telemetry/spool-segment.ts";

/** A file of the log. It goes when no span in it, or in one before it, waits any more. */
export interface LogPlace {
  readonly path: string;
  waiting: number;
  bytes: number;
}

export interface LoggedLine {
  readonly line: string;
  readonly place: LogPlace;
}

const SEGMENT_BYTES = 8 * 1024 * 1024;
const NAME = /^waiting-(\d{12})\.jsonl$/;
const QUOTE = '"';

/**
 * A line is a span's, or a trace ID in quotes: all of that trace that stands before it is decided. Lines are in
 * latin1 here, a byte each. A crash between a decision and its mark has these few decided, so stored, twice.
 */
export class WaitingLog {
  readonly #folder: string;
  readonly #log: Log;
  /** Oldest first; the last one is open where there is a segment. */
  readonly #places: LogPlace[] = [];
  #segment: SpoolSegment | null = null;
  #sequence = 0;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Of all files. */
  get bytes(): number {
    return this.#places.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What an earlier run left undecided, in the order it came. To be called first. */
  recovered(): readonly LoggedLine[] {
    if (!isFolder(this.#folder)) return [];
    const byTrace = new Map<string, LoggedLine[]>();
    for (const file of readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .toSorted()) {
      this.#sequence = Number(NAME.exec(file)?.[1]) + 1;
      this.#readInto(byTrace, join(this.#folder, file));
    }
    const found = [...byTrace.values()].flat();
    const left = found.filter(({ line }) => isSpan(line));
    if (left.length < found.length) {
      this.#log.error("waiting_spans_damaged", { lost: found.length - left.length });
    }
    for (const { place } of left) place.waiting++;
    this.#removeDone();
    return left;
  }

  /** Where these lines are now, whole and with the kernel; null: nowhere. Never throws. */
  append(lines: Buffer, count: number): LogPlace | null {
    return this.#try(() => {
      const place = this.#open(lines.length);
      this.#segment?.append(lines, lines.length);
      place.bytes += lines.length;
      place.waiting += count;
      return place;
    });
  }

  /** Never throws. */
  decided(traceIds: readonly string[], places: readonly LogPlace[]): void {
    for (const place of places) place.waiting--;
    if (this.#places.some(({ waiting }) => waiting > 0)) {
      const marks = traceIds.map((id) => `${QUOTE}${id}${QUOTE}\n`).join("");
      this.append(Buffer.from(marks, "latin1"), 0);
    } else this.close();
    this.#removeDone();
  }

  close(): void {
    const segment = this.#segment;
    this.#segment = null;
    segment?.close();
  }

  #open(length: number): LogPlace {
    const last = this.#places.at(-1);
    if (this.#segment !== null && last !== undefined) {
      if (last.bytes + length <= SEGMENT_BYTES || last.bytes === 0) return last;
      this.close();
    }
    makeFolder(this.#folder, 0o700);
    const file = `waiting-${String(this.#sequence++).padStart(12, "0")}.jsonl`;
    const place = { path: join(this.#folder, file), waiting: 0, bytes: 0 };
    this.#segment = new SpoolSegment(place.path, nodeFiles, 0);
    this.#places.push(place);
    return place;
  }

  #removeDone(): void {
    while (this.#places[0]?.waiting === 0) {
      const [place] = this.#places;
      if (place === undefined || (this.#places.length === 1 && this.#segment !== null)) return;
      this.#places.shift();
      this.#try(() => rmSync(place.path, { force: true }));
    }
  }

  #readInto(byTrace: Map<string, LoggedLine[]>, path: string): void {
    const bytes = readFileSync(path);
    const place = { path, waiting: 0, bytes: bytes.length };
    this.#places.push(place);
    // What has no end was never answered.
    for (const line of linesIn(bytes)) {
      if (line.startsWith(QUOTE)) byTrace.delete(line.slice(1, -1));
      else linesOf(byTrace, traceIdOf(line)).push({ line, place });
    }
  }

  /** After a failure the segment, which may be torn, is left behind. */
  #try<T>(step: () => T): T | null {
    try {
      return step();
    } catch (thrown) {
      this.#log.error("waiting_spans_not_written", { reason: messageOf(thrown) });
      this.close();
      return null;
    }
  }
}

function linesOf(byTrace: Map<string, LoggedLine[]>, id: string): LoggedLine[] {
  const lines = byTrace.get(id) ?? [];
  byTrace.set(id, lines);
  return lines;
}

function isSpan(line: string): boolean {
  try {
    return /^[0-9a-f]{32}$/.test(readSpan(line).traceId);
  } catch {
    return false;
  }
}

/** Second value of the line. */
function traceIdOf(line: string): string {
  return line.split(QUOTE, 4)[3] ?? "";
}
