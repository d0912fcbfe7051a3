// Parts for tests of what services send: its spools, writers of its lines, and drains over them.
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { DrainsOptions, SignalSpools } from "../../../src/telemetry/drains.ts";
import { createLineSpool, type LineSpool } from "../../../src/telemetry/line-spool.ts";
import type { Sink } from "../../../src/telemetry/sink.ts";
import type { Spool, SpoolSetup } from "../../../src/telemetry/spool.ts";
import { type Signal, SIGNALS, STREAMS } from "../../../src/telemetry/streams.ts";
import { drainOptions, spoolIn } from "./spool-kit.ts";

export function signalsIn(folder: string, setup: Partial<SpoolSetup> = {}): SignalSpools {
  const refusing = { whenFull: "refuse", writers: 1, ...setup } as const;
  const spools = SIGNALS.map(
    (name) =>
      [name, spoolIn(folder, { ...refusing, folder: join(folder, "spool", name) })] as const,
  );
  return Object.fromEntries(spools) as Record<Signal, Spool>;
}

export function linesOn(spool: Spool, signal: Signal): LineSpool {
  const { rowVersion } = STREAMS[signal];
  return createLineSpool({ spool, writer: 0, rowVersion, log: silentLog, clock: systemClock });
}

/** A line of one column that matters, for sinks that look at no other. */
export const line = (name: string): Buffer => Buffer.from(`["${name}"]\n`);
export const namesIn = (body: Buffer): string[] =>
  body
    .toString()
    .trimEnd()
    .split("\n")
    .map((text) => String((JSON.parse(text) as unknown[])[0]));

interface DrainsParts {
  readonly requests: Spool;
  readonly rows: Sink;
  readonly signals: SignalSpools;
  readonly sink: Sink;
}

export function drainsOptions({ requests, rows, signals, sink }: DrainsParts): DrainsOptions {
  const { stream: _, spool, sink: __, ...shared } = drainOptions(requests, rows);
  return { ...shared, requests: { spool, sink: rows }, signals: { spools: signals, sink } };
}
