// ClickHouse unreachable for a while: traffic goes on, and afterwards every row is there once.
// WEIR_E2E_OUTAGE_MS=60000 makes the outage a minute.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startLoad } from "../support/weir-process-load.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startFarSide } from "./support/far-side.ts";

const OUTAGE_MS = Number(process.env["WEIR_E2E_OUTAGE_MS"] ?? 3000);
const { store, startWeir } = await startFarSide();

function sumOf(exposition: string, name: string): number {
  const values = exposition.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, "gm"));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

test(
  "an outage of the store costs no request and no row",
  { timeout: 300_000 + 2 * OUTAGE_MS },
  async () => {
    const weir = await startWeir();
    const load = startLoad({ port: weir.port });
    await load.reached(200);
    store.proxy.cut();
    const answeredBefore = load.answers.length;
    await sleep(OUTAGE_MS);
    await load.reached(answeredBefore + 51);
    const during = await weir.until(({ store: { state } }) => state === "down");
    expect(during.spool.pending_rows).toBeGreaterThan(0);
    expect((await fetch(`${weir.admin}/readyz`)).status).toBe(503);
    expect(load.answers.length).toBeGreaterThan(answeredBefore + 50);
    // Rows are counted as they are written, not as they are stored.
    const counted = async (): Promise<number> => sumOf(await weir.metrics(), "weir_requests_total");
    await expect.poll(counted).toBeGreaterThan(answeredBefore + 50);
    store.proxy.mend();
    await weir.until(({ store: { state } }) => state === "ready");
    await load.stop();
    await weir.drained();

    expect(load.failures).toEqual([]);
    expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
    await expectOneRowEach(weir.sql, load.answers);
    expect((await fetch(`${weir.admin}/readyz`)).status).toBe(200);
    expect(await weir.stop()).toMatchObject({ code: 0 });
  },
);
