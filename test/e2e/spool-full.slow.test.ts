// A full spool while the store is away: rows are given up and counted, or requests refused, as configured.
import { expect, test } from "vitest";
import { checkRows } from "../support/check-rows.ts";
import { startLoad } from "../support/weir-process-load.ts";
import { startFarSide } from "./support/far-side.ts";

/** Rows of 6 KB fill the smallest spool, 1 MiB, after 170. */
const WIDE = { method: "GET", path: `/x?pad=${"p".repeat(6000)}` };
const REQUESTS = 400;
const { store, startWeir } = await startFarSide();

const telemetryWith = (audit: string): string =>
  `telemetry: { audit: ${audit}, spool: { max_bytes: 1048576, segment_bytes: 65536 } }`;

test("audit optional: traffic goes on, and what is dropped is counted", async () => {
  const weir = await startWeir(telemetryWith("optional"));
  store.proxy.cut();
  const load = startLoad({ port: weir.port, pauseMs: 5, ask: () => WIDE });
  await load.reached(REQUESTS);
  await load.stop();
  const full = await weir.until(({ spool }) => spool.dropped_rows > 0);
  expect(full.spool.pending_bytes).toBeLessThanOrEqual(1_048_576);
  expect(load.failures).toEqual([]);
  expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await weir.metrics()).toMatch(/^weir_\w*dropped\w*(?:\{[^}]*\})? [1-9]/m);
  store.proxy.mend();
  const { spool } = await weir.drained();

  const { rows, lost, twice, badRollups } = await checkRows(weir.sql, load.answers);
  expect({ twice, badRollups }).toEqual({ twice: [], badRollups: [] });
  // Nothing vanishes uncounted.
  expect(lost.length).toBe(spool.dropped_rows);
  expect(rows + spool.dropped_rows).toBe(load.answers.length);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});

test("audit required: requests are refused, and none is answered without its row", async () => {
  const weir = await startWeir(telemetryWith("required"));
  store.proxy.cut();
  const load = startLoad({ port: weir.port, pauseMs: 5, ask: () => WIDE });
  await load.reached(REQUESTS);
  const refused = load.answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body } of refused) expect(body).toContain('"code":"audit_unavailable"');
  store.proxy.mend();
  // Serves again by itself once the spool is empty.
  const seen = load.answers.length;
  await expect.poll(() => load.answers.slice(seen).some(({ status }) => status === 200)).toBe(true);
  await load.stop();
  await weir.drained();

  expect(load.failures).toEqual([]);
  const served = load.answers.filter(({ status }) => status === 200);
  expect(served.length + load.answers.filter(({ status }) => status === 503).length).toBe(
    load.answers.length,
  );
  const found = await checkRows(weir.sql, served);
  expect(found).toMatchObject({ lost: [], twice: [], wrongStatus: [], badRollups: [] });
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
