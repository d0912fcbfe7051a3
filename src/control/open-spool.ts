// The spool as a config asks for it.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import { createSpool, type Spool } from "../telemetry/spool.ts";

/** `workers` is how many write to it. Throws, naming the data folder, where nothing can be kept in it. */
export function openSpool({ data, telemetry }: Config, workers: number): Spool {
  const folder = join(data, "spool");
  try {
    const spool = createSpool({
      folder,
      maxBytes: telemetry.spool.max_bytes,
      segmentBytes: telemetry.spool.segment_bytes,
      audit: telemetry.audit,
      workers,
    });
    accessSync(folder, constants.W_OK);
    return spool;
  } catch (thrown) {
    throw new Error(
      `data: nothing can be kept in ${data} (${messageOf(thrown)}); name a folder that can be made and written`,
      { cause: thrown },
    );
  }
}
