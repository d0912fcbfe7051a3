// What comes by OTLP shows beside request rows: in /metrics by a label of its own, in the status by name.
import { expect, test } from "vitest";
import { IDLE_DRAIN, startTestAdmin } from "./support/admin-kit.ts";
import { readPrometheus } from "./support/prometheus.ts";

const SPANS = {
  ...IDLE_DRAIN,
  pendingRows: 3,
  pendingBytes: 2048,
  storedRows: 7,
  rejectedRows: 1,
  deadLetterBytes: 99,
  lagMs: 1500,
};

test("a signal is told of once anything came of it; request rows keep their names without a label", async () => {
  const signals = () => new Map([["spans", SPANS] as const]);
  const { url } = await startTestAdmin({
    drain: () => ({ ...IDLE_DRAIN, storedRows: 40 }),
    signals,
  });
  const families = readPrometheus(await (await fetch(`${url}/metrics`)).text());
  const labels = { stream: "spans" };
  const of = (name: string) =>
    families.get(name)?.samples.map(({ labels: of, value }) => [of, value]);
  expect(of("weir_spool_stored_rows_total")).toEqual([
    [{}, 40],
    [labels, 7],
  ]);
  expect(of("weir_spool_lag_seconds")).toEqual([
    [{}, 0],
    [labels, 1.5],
  ]);
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as Record<string, unknown>;
  expect(status["spool"]).toMatchObject({ stored_rows: 40 });
  expect(status["signals"]).toEqual([
    {
      signal: "spans",
      pending_rows: 3,
      pending_bytes: 2048,
      stored_rows: 7,
      dropped_rows: 0,
      rejected_rows: 1,
      dead_letter_bytes: 99,
      dead_letter_dropped_rows: 0,
      lag_ms: 1500,
    },
  ]);
});
