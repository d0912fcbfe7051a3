// Writing: a batch becomes one INSERT, and so one block that is known by its token.
import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import { giveBackMemory } from "../core/reused-memory.ts";
import type { Batch, Delivery } from "../telemetry/sink.ts";
import { deliveryOf } from "./delivery.ts";
import { nativeBlock } from "./native/native-block.ts";
import { toStoreError } from "./store-error.ts";

const INSERT_SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // A batch is one block, so that its token stands for all of it.
  max_insert_block_size: "1048576",
  input_format_parallel_parsing: 0,
  date_time_input_format: "best_effort",
} as const;

const FORMATS = { lines: "JSONCompactEachRow", groups: "Native" } as const;

function partsOf({ format, body, columns }: Batch): readonly Buffer[] {
  return format === "groups" ? nativeBlock(body, columns) : [body];
}

export async function insert(client: ClickHouseClient, batch: Batch): Promise<Delivery> {
  const parts = partsOf(batch);
  try {
    const { stream } = await client.exec({
      query: `INSERT INTO ${batch.table} (${batch.columns.join(", ")}) FORMAT ${FORMATS[batch.format]}`,
      values: Readable.from(parts, { objectMode: false }),
      clickhouse_settings: { ...INSERT_SETTINGS, insert_deduplication_token: batch.token },
    });
    // The connection returns to the pool once its answer is read.
    await stream.resume().toArray();
    // All of them are out. Of a batch that failed nobody knows who still reads it.
    if (batch.format === "groups") for (const part of parts) giveBackMemory(part);
    return { kind: "stored" };
  } catch (thrown) {
    const error = toStoreError(thrown);
    return deliveryOf(error.code, error.message);
  }
}
