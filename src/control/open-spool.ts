// The spool as a config asks for it: request rows in its folder, each signal in one of its own below.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { SignalSpools } from "../telemetry/drains.ts";
import { createSpool, type Spool, type SpoolSetup } from "../telemetry/spool.ts";
import { type Signal, SIGNALS } from "../telemetry/streams.ts";

/** For request rows, `writers` of which write to it. Throws, naming the data folder, where nothing can be kept in it. */
export function openSpool({ data, telemetry }: Config, writers: number): Spool {
  return open(data, {
    folder: join(data, "spool"),
    maxBytes: telemetry.spool.max_bytes,
    segmentBytes: telemetry.spool.segment_bytes,
    whenFull: telemetry.audit === "required" ? "refuse" : "drop-oldest",
    writers,
  });
}

/** For what one thread takes from services. Throws as `openSpool` does. */
export function openSignalSpools({ data, telemetry }: Config): SignalSpools {
  const spoolOf = (signal: Signal): Spool =>
    open(data, {
      folder: join(data, "spool", signal),
      maxBytes: telemetry.spool.signal_max_bytes,
      segmentBytes: telemetry.spool.segment_bytes,
      // Senders keep what is not taken, and come again.
      whenFull: "refuse",
      writers: 1,
    });
  const spools = SIGNALS.map((signal) => [signal, spoolOf(signal)] as const);
  return Object.fromEntries(spools) as Record<Signal, Spool>;
}

function open(data: string, setup: SpoolSetup): Spool {
  try {
    const spool = createSpool(setup);
    accessSync(setup.folder, constants.W_OK);
    return spool;
  } catch (thrown) {
    throw new Error(
      `data: nothing can be kept in ${data} (${messageOf(thrown)}); name a folder that can be made and written`,
      { cause: thrown },
    );
  }
}
