// Where the rows of an Express application go: to a function, or by spool and drain into the store.
import { hostname } from "node:os";
import { randomBytes } from "node:crypto";
import { openSpool } from "../control/open-spool.ts";
import { createStatistics, type StatisticsParts } from "../control/statistics.ts";
import { createStoreLink } from "../control/store-link.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { RowLog } from "../proxy/row-batch.ts";
import { createDrain } from "../telemetry/drain.ts";
import type { RequestRecord } from "../telemetry/record.ts";
import { createSpoolWriter } from "../telemetry/spool-writer.ts";
import { STREAMS } from "../telemetry/streams.ts";

export interface Recording {
  readonly rows: RowLog;
  readonly stop: () => Promise<void>;
}

export type RowReceiver = (record: RequestRecord) => void;

export interface RecordingParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly statistics: Pick<StatisticsParts, "dataPlane" | "options">;
}

/** A receiver that throws has lost the row, which is an answer only where audit is not required. */
export function recordTo(receive: RowReceiver, { config, log }: RecordingParts): Recording {
  const append = (record: RequestRecord): boolean => {
    try {
      receive(record);
      return true;
    } catch (thrown) {
      log.error("row_receiver_failed", { cause: messageOf(thrown) });
      return config.telemetry.audit !== "required";
    }
  };
  return { rows: { append, writable: () => true }, stop: () => Promise.resolve() };
}

/** As `weir run` does it; rejects where another process uses the same data folder. */
export async function recordToStore(parts: RecordingParts): Promise<Recording> {
  const { config, clock, log } = parts;
  const spool = openSpool(config, 1);
  const store = createStoreLink(config, log);
  const drain = createDrain({
    stream: STREAMS.requests,
    spool,
    sink: store.sink,
    log,
    clock: systemClock,
    random: Math.random,
  });
  await drain.start();
  const instance = `${hostname()}-${randomBytes(3).toString("hex")}`;
  const writer = createSpoolWriter({ spool, instance, worker: 0, log, clock });
  const statistics = createStatistics({ ...parts.statistics, store: store.store, log });
  store.start();
  statistics.start();
  return {
    rows: writer,
    async stop() {
      statistics.stop();
      writer.close();
      await drain.stop();
      await store.stop();
    },
  };
}
