// Spans that wait on disk for a collector that the config names no more: they are kept, as nothing says otherwise.
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { isFolder } from "../../core/folder.ts";
import type { Log } from "../../core/log.ts";
import { createLineSpool } from "../../telemetry/line-spool.ts";
import type { Spool } from "../../telemetry/spool.ts";
import { STREAMS } from "../../telemetry/streams.ts";
import { createSampler } from "./sampler.ts";

/** At a start without a collector. What the spool has no room for goes on waiting, for the next one. */
export function releaseLeft(spool: Spool, log: Log): void {
  const { folder } = spool;
  if (!isFolder(join(folder, "waiting"))) return;
  const { rowVersion } = STREAMS.spans;
  const lines = createLineSpool({ spool, writer: 0, rowVersion, log, clock: systemClock });
  let waiting = 0;
  const told = {
    letGo: () => undefined,
    hurried: () => undefined,
    waiting: (spans: number) => void (waiting = spans),
  };
  const { append: keep } = lines;
  createSampler({ options: null, folder, keep, told, nowMs: () => performance.now(), log }).close();
  lines.close();
  if (waiting > 0) log.warn("spans_still_wait", { spans: waiting, cause: "the spool is full" });
}
