// The spool as a config asks for it.
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { createSpool, type Spool } from "../telemetry/spool.ts";

/** `workers` is how many write to it. Throws what the file system throws. */
export function openSpool({ data, telemetry }: Config, workers: number): Spool {
  return createSpool({
    folder: join(data, "spool"),
    maxBytes: telemetry.spool.max_bytes,
    segmentBytes: telemetry.spool.segment_bytes,
    audit: telemetry.audit,
    workers,
  });
}
