// Keeps the embedded store from filling its disk: the oldest days of rows go before it is full, and that is said.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Store } from "../store/client.ts";
import {
  chooseRelief,
  type Disk,
  dropPartition,
  readPartitions,
  type Relief,
} from "../store/disk-pressure.ts";
import type { DiskLimits } from "../store/options.ts";
import type { StoreLink } from "./store-link.ts";

export interface DiskWatch {
  readonly start: () => void;
  /** What is done each minute; rejects where the store does not answer. */
  readonly look: () => Promise<void>;
  readonly stop: () => void;
  /** Since the start. */
  readonly droppedBytes: () => number;
}

export interface DiskWatchParts {
  /** A server's disks are its own matter. */
  readonly store: Pick<StoreLink, "store" | "state">;
  readonly disk: (store: Store) => Promise<Disk>;
  /** As the config in force has them. */
  readonly limits: () => DiskLimits;
  readonly log: Log;
}

/** At 100 MB/s, which is a lot, a minute is 6 GB. */
const EVERY_MS = 60_000;

export function createDiskWatch({ store, disk, limits, log }: DiskWatchParts): DiskWatch {
  let timer: NodeJS.Timeout | undefined;
  let droppedBytes = 0;
  let wasFull = false;
  const relieve = async (there: Store, { partitions }: Relief): Promise<void> => {
    for (const partition of partitions) {
      await dropPartition(there, partition);
      droppedBytes += partition.bytes;
      const { table, id: day, bytes } = partition;
      log.warn("disk_full_rows_dropped", { table, day, bytes });
    }
  };
  const look = async (): Promise<void> => {
    const there = store.store();
    if (there === null || store.state().kind !== "embedded") return;
    const [facts, partitions] = await Promise.all([disk(there), readPartitions(there)]);
    const relief = chooseRelief(facts, partitions, limits());
    await relieve(there, relief);
    const isFull = relief.excessBytes > 0 && relief.partitions.length === 0;
    // Said once, until there is room again.
    if (isFull && !wasFull) log.warn("disk_full_of_other_things", { ...facts });
    wasFull = isFull;
  };
  const lookSafely = (): void => {
    look().catch((thrown: unknown) =>
      log.debug("disk_not_looked_at", { reason: messageOf(thrown) }),
    );
  };
  return {
    start() {
      timer = setInterval(lookSafely, EVERY_MS).unref();
    },
    look,
    stop: () => clearInterval(timer),
    droppedBytes: () => droppedBytes,
  };
}
