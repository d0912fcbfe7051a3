// ClickHouse commits an INSERT and its reply is lost: the retry stores nothing twice, not in rollups either.
import { expect, test } from "vitest";
import { startLoad } from "../support/weir-process-load.ts";
import { expectOneRowEach } from "./support/expect-rows.ts";
import { startFarSide } from "./support/far-side.ts";

const LOST = 4;
const { store, startWeir } = await startFarSide();

test("rows whose reply was lost are stored once", async () => {
  const weir = await startWeir();
  const load = startLoad({ port: weir.port });
  for (let round = 1; round <= LOST / 2; round++) {
    await load.reached(load.answers.length + 100);
    // Twice in a row: the retry's reply is lost, too.
    store.proxy.dropReplies(2);
    await expect.poll(store.proxy.dropped).toBe(round * 2);
  }
  await load.stop();
  await weir.drained();

  expect(store.proxy.dropped()).toBe(LOST);
  expect(load.failures).toEqual([]);
  await expectOneRowEach(weir.sql, load.answers);
  expect(await weir.stop()).toMatchObject({ code: 0 });
});
