import { expect, test } from "vitest";
import { createLane, LaneFullError } from "../../src/core/lane.ts";

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("runs as many as it is wide, keeps the order of the rest, refuses beyond the queue", async () => {
  const lane = createLane(2, 2);
  const order: number[] = [];
  const gates = [0, 1, 2, 3].map(createGate);
  const runs = gates.map((gate, at) =>
    lane.run(async () => {
      order.push(at);
      await gate.opened;
    }),
  );
  await expect(lane.run(async () => undefined)).rejects.toBeInstanceOf(LaneFullError);
  expect(order).toEqual([0, 1]);
  gates[1]?.open();
  await expect.poll(() => order).toEqual([0, 1, 2]);
  for (const gate of gates) gate.open();
  await Promise.all(runs);
  expect(order).toEqual([0, 1, 2, 3]);
});

test("a failed work gives its place back", async () => {
  const lane = createLane(1, 0);
  await expect(lane.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(lane.run(async () => 7)).resolves.toBe(7);
});
