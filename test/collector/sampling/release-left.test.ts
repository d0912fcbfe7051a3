// A collector that the config names no more: what waited for its traces is kept, and nothing waits for ever.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCollector } from "../../../src/control/collector.ts";
import { upstreamConfig } from "../../../src/config/upstream-config.ts";
import { silentLog } from "../../../src/core/log.ts";
import { openSignalSpools } from "../../../src/control/open-spool.ts";
import { STREAMS } from "../../../src/telemetry/streams.ts";

function siteWith(waiting: readonly string[]) {
  const data = mkdtempSync(join(tmpdir(), "weir-left-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const loaded = upstreamConfig("http://127.0.0.1:1", { data });
  if (!loaded.ok) throw new Error("the test's config is wrong");
  const spools = openSignalSpools(loaded.config);
  const folder = join(data, "spool", "spans");
  if (waiting.length > 0) {
    mkdirSync(join(folder, "waiting"));
    writeFileSync(join(folder, "waiting", "waiting-000000000000.jsonl"), waiting.join(""));
  }
  const parts = { spools, log: silentLog, handshakeFailed: () => undefined };
  const collector = createCollector({ config: loaded.config, tls: { collector: null } }, parts);
  const stored = (): readonly unknown[] =>
    readdirSync(folder)
      .filter((name) => name.includes("."))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      .filter((line) => line.startsWith("["))
      .map(
        (line) =>
          (JSON.parse(line) as readonly unknown[])[STREAMS.spans.columns.indexOf("TraceId")],
      );
  return { collector, folder, stored };
}

function lineOf(trace: string): string {
  const columns: Readonly<Record<string, unknown>> = {
    Timestamp: "1700000000.000000000",
    TraceId: trace,
    SpanId: "00f067aa0ba902b7",
    ResourceAttributes: {},
    SpanAttributes: {},
    Duration: 1,
  };
  return `${JSON.stringify(STREAMS.spans.columns.map((column) => columns[column] ?? ""))}\n`;
}

const [ONE, OTHER] = ["a".repeat(32), "b".repeat(32)] as const;

test("spans that waited are in the spool, those that were decided are not, and none waits any more", async () => {
  const { collector, folder, stored } = siteWith([lineOf(ONE), `"${ONE}"\n`, lineOf(OTHER)]);
  await collector.start();
  expect(stored()).toEqual([OTHER]);
  expect(readdirSync(join(folder, "waiting"))).toEqual([]);
  expect(collector.state()).toBeNull();
  await collector.close();
});

test("where nothing waits nothing is made", async () => {
  const { collector, folder } = siteWith([]);
  await collector.start();
  expect(readdirSync(folder)).toEqual([]);
});
