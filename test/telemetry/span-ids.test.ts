// Ids are hex of the right length, never all zero, drawn in bulk, and do not repeat.
import { expect, test } from "vitest";
import { createIds } from "../../src/telemetry/span-ids.ts";

test("ids have their shape and do not repeat", () => {
  const ids = createIds();
  const seen = new Set<string>();
  for (let round = 0; round < 20_000; round++) {
    seen.add(ids.traceId());
    seen.add(ids.spanId());
  }
  expect(seen.size).toBe(40_000);
  const misshapen = [...seen].filter((id) => !/^(?:[0-9a-f]{16}){1,2}$/.test(id));
  expect(misshapen).toEqual([]);
});

test("all zeros are skipped and many ids share one draw", () => {
  let draws = 0;
  const ids = createIds((pool) => {
    draws += 1;
    pool.fill(0);
    pool.write("deadbeefdeadbeef", 64, "hex");
  });
  expect(ids.spanId()).toBe("deadbeefdeadbeef");
  expect(ids.traceId()).toMatch(/deadbeefdeadbeef/);
  expect(draws).toBe(2);
});
