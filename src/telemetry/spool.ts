// The spool folder as the main thread sets it up and as every worker is told of it.
import { randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../core/folder.ts";
import { parseSegmentName } from "./segment-name.ts";
import { SpoolGauge } from "./spool-gauge.ts";

/** "drop-oldest": what is new is kept; "refuse": what came is kept, and nothing new is taken. */
export type WhenFull = "drop-oldest" | "refuse";

/** Of one stream. Plain data and shared memory: goes to a worker as it is, by workerData. */
export interface Spool {
  readonly folder: string;
  /** Eight hex digits, new for each run of the process. */
  readonly run: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly whenFull: WhenFull;
  /** Memory of a SpoolGauge. */
  readonly gauge: SharedArrayBuffer;
}

export interface SpoolSetup {
  /** Made if missing. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  /** How many write to it at the same time. */
  readonly writers: number;
  readonly whenFull: WhenFull;
}

/** A full spool frees itself a segment at a time, so the open ones may hold a quarter at most. */
const OPEN_SHARE = 4;

/** Makes the folder and counts what an earlier run left in it. Throws what the file system throws. */
export function createSpool(setup: SpoolSetup): Spool {
  const { folder, maxBytes, whenFull } = setup;
  makeFolder(folder, 0o700);
  const gauge = SpoolGauge.allocate();
  let used = 0;
  for (const file of readdirSync(folder)) {
    if (parseSegmentName(file) !== undefined) used += statSync(join(folder, file)).size;
  }
  new SpoolGauge(gauge).addUsed(used);
  const share = Math.ceil(maxBytes / (OPEN_SHARE * setup.writers));
  const segmentBytes = Math.min(setup.segmentBytes, share);
  return { folder, run: randomBytes(4).toString("hex"), maxBytes, segmentBytes, whenFull, gauge };
}

/**
 * Where a spool begins to defend itself: the drain deletes from the old end, or the proxy takes no
 * new requests. The sixteenth above it is for rows of requests already in flight.
 */
export function highWaterBytes(spool: Spool): number {
  return spool.maxBytes - Math.floor(spool.maxBytes / 16);
}
