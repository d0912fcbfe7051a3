// A real receiver in its thread, over spools of its own; and what is in them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Receiver, startReceiver } from "../../../src/collector/receiver.ts";
import type { CollectorOptions } from "../../../src/collector/options.ts";
import type { ServerTls } from "../../../src/downstream/options.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createSpool, type Spool } from "../../../src/telemetry/spool.ts";
import { type Signal, SIGNALS } from "../../../src/telemetry/streams.ts";
import { type Row, rowsOf } from "./rows.ts";

export interface TestReceiver extends AsyncDisposable {
  readonly url: string;
  readonly receiver: Receiver;
  /** Of TLS handshakes. */
  readonly failures: readonly string[];
  /** In the order they came. */
  readonly rows: (signal: Signal) => readonly Row[];
}

interface Further {
  readonly spoolBytes?: number;
  readonly serverTls?: ServerTls;
}

const MIB = 1024 * 1024;

export async function openReceiver(
  given: Partial<CollectorOptions> & Further = {},
): Promise<TestReceiver> {
  const { spoolBytes: maxBytes = 64 * MIB, serverTls: tls = null, ...options } = given;
  const failures: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), "weir-collector-"));
  const spoolOf = (signal: Signal): Spool =>
    createSpool({
      folder: join(folder, signal),
      maxBytes,
      segmentBytes: MIB,
      whenFull: "refuse",
      writers: 1,
    });
  const spools = Object.fromEntries(SIGNALS.map((signal) => [signal, spoolOf(signal)]));
  const receiver = await startReceiver({
    options: {
      listen: { host: "127.0.0.1", port: 0 },
      keys: [],
      max_body_bytes: MIB,
      tls: null,
      sampling: null,
      files: [],
      syslog: [],
      ...options,
    },
    tls,
    handshakeFailed: (reason) => void failures.push(reason),
    spools: spools as Record<Signal, Spool>,
    log: silentLog,
  });
  return {
    url: `${tls === null ? "http" : "https"}://127.0.0.1:${receiver.address.port}`,
    receiver,
    failures,
    rows: (signal) => rowsIn(join(folder, signal), signal),
    async [Symbol.asyncDispose]() {
      await receiver.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function rowsIn(folder: string, signal: Signal): Row[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".rows"))
    .toSorted()
    .flatMap((file) => rowsOf(signal, readFileSync(join(folder, file))));
}
