// How long a row that comes now waits while the rows of an outage drain.
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createDrain } from "../../../src/telemetry/drain.ts";
import type { Batch, Delivery } from "../../../src/telemetry/sink.ts";
import { createSpoolWriter } from "../../../src/telemetry/spool-writer.ts";
import { type Bench, drainOptionsOf, fillRows, spoolFor } from "./ingest.ts";
import { requestRow } from "./rows.ts";

const EVERY_MS = 100;
const MARK = "/marked/";

/** Milliseconds from being written to being stored, of each new row. */
export async function waitBehindBacklog(bench: Bench, backlog: number): Promise<readonly number[]> {
  const spool = spoolFor(bench, "requests", "backlog");
  fillRows(bench, spool, backlog);
  const writtenAtMs: number[] = [];
  const waits: number[] = [];
  const write = async (batch: Batch): Promise<Delivery> => {
    const delivery = await bench.store.write(batch);
    for (const [, mark] of batch.body.toString("latin1").matchAll(/\/marked\/(\d+);/g)) {
      waits.push(performance.now() - (writtenAtMs[Number(mark)] ?? 0));
    }
    return delivery;
  };
  const drain = createDrain({ ...drainOptionsOf(bench, "requests", spool), sink: { write } });
  await drain.start();
  const clock = systemClock;
  const writer = createSpoolWriter({
    spool,
    instance: "bench-1",
    worker: 1,
    log: silentLog,
    clock,
  });
  while (drain.stats().storedRows < backlog) {
    const record = requestRow(bench.random, clock.wallMs());
    record.path = `${MARK}${String(writtenAtMs.length)};`;
    writtenAtMs.push(performance.now());
    writer.append(record);
    await sleep(EVERY_MS);
  }
  await drain.flush();
  await drain.stop();
  return waits;
}
