// Parts for tests of spool and drain: a folder of their own, records, and a sink that deduplicates by token.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { DrainOptions } from "../../../src/telemetry/drain.ts";
import { groupsIn } from "../../../src/telemetry/groups/row-group.ts";
import { RequestRecord } from "../../../src/telemetry/record.ts";
import type { RowFormat } from "../../../src/telemetry/row-format.ts";
import type { Batch, Delivery, Sink } from "../../../src/telemetry/sink.ts";
import { createSpool, type Spool, type SpoolSetup } from "../../../src/telemetry/spool.ts";
import {
  createSpoolWriter,
  type SpoolWriter,
  type SpoolWriterOptions,
} from "../../../src/telemetry/spool-writer.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";
import { groupOfLines } from "./groups.ts";

export function tempFolder(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), "weir-spool-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function numbered(number: number | string): RequestRecord {
  const record = new RequestRecord();
  record.path = `/${String(number)}`;
  record.startedAtMs = 1_795_294_080_123.25;
  return record;
}

/** The numbers of rows as they stand in the spool. */
export function pathsIn(body: Buffer, format: RowFormat = "groups"): string[] {
  const groups =
    format === "groups"
      ? [...groupsIn(body)]
      : [groupOfLines(body.toString().trimEnd().split("\n"))];
  return groups.flatMap((group) => group.values("path").map((path) => String(path).slice(1)));
}

export function spoolIn(folder: string, setup: Partial<SpoolSetup> = {}): Spool {
  return createSpool({
    folder: join(folder, "spool"),
    maxBytes: 64 * 1024 * 1024,
    segmentBytes: 1024 * 1024,
    writers: 2,
    whenFull: "drop-oldest",
    ...setup,
  });
}

export function writerOn(spool: Spool, options: Partial<SpoolWriterOptions> = {}): SpoolWriter {
  return createSpoolWriter({
    spool,
    instance: "test",
    worker: 0,
    log: silentLog,
    clock: systemClock,
    ...options,
  });
}

/** Stores rows once for each token, as ClickHouse does within its deduplication window. */
export class TokenSink implements Sink {
  readonly tokens = new Map<string, Buffer>();
  readonly rows: string[] = [];
  inserts = 0;
  /** What to answer next; "lost" stores and then throws, as a connection that breaks does. */
  plan: (batch: Batch) => "stored" | "retry" | "rejected" | "lost" = () => "stored";

  readonly write = (batch: Batch): Promise<Delivery> => {
    this.inserts++;
    const answer = this.plan(batch);
    if (answer === "retry") return Promise.resolve({ kind: "retry", reason: "busy" });
    if (answer === "rejected") return Promise.resolve({ kind: "rejected", reason: "bad row" });
    if (!this.tokens.has(batch.token)) {
      this.tokens.set(batch.token, Buffer.from(batch.body));
      this.rows.push(...pathsIn(batch.body, batch.format));
    }
    if (answer === "lost") return Promise.reject(new Error("connection reset"));
    return Promise.resolve({ kind: "stored" });
  };
}

/** A sink that outlives its process: one file for each token, whole or not there. */
export function folderSink(folder: string): Sink {
  const store = join(folder, "store");
  mkdirSync(store, { recursive: true });
  const write = ({ token, body }: Batch): Promise<Delivery> => {
    const path = join(store, token);
    writeFileSync(`${path}.next`, body);
    renameSync(`${path}.next`, path);
    return Promise.resolve({ kind: "stored" });
  };
  return { write };
}

export function rowsInFolder(
  folder: string,
  namesIn: (body: Buffer) => string[] = pathsIn,
): string[] {
  const store = join(folder, "store");
  const whole = readdirSync(store).filter((file) => !file.endsWith(".next"));
  return whole.flatMap((file) => namesIn(readFileSync(join(store, file))));
}

export function drainOptions(spool: Spool, sink: Sink): DrainOptions {
  return {
    stream: STREAMS.requests,
    spool,
    sink,
    log: silentLog,
    clock: systemClock,
    random: seededRandom(1),
    intervalMs: 5,
    firstPauseMs: 1,
    longestPauseMs: 4,
  };
}
