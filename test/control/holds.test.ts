// Endpoints taken out: who is left, what a restart and another config keep, and that it ends by itself.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Hold } from "../../src/balancer/hold.ts";
import type { ServiceOptions } from "../../src/balancer/options.ts";
import { createSharedClock } from "../../src/balancer/shared-clock.ts";
import { createSharedMemory, SharedState } from "../../src/balancer/shared-state.ts";
import { createSlotTable } from "../../src/balancer/slot-table.ts";
import { describeServices } from "../../src/balancer/describe.ts";
import type { Config } from "../../src/config/config.ts";
import { createHolds, type Holds } from "../../src/control/holds.ts";
import { silentLog } from "../../src/core/log.ts";
import { serviceOptions } from "../balancer/test-pool.ts";

const [A, B, C] = ["http://127.0.0.1:4001", "http://127.0.0.1:4002", "http://127.0.0.1:4003"];

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-holds-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "data");
}

interface World {
  readonly holds: Holds;
  readonly said: string[];
  readonly errors: string[];
  /** Weights in force after each change of them. */
  readonly reweighed: readonly (readonly number[])[];
  /** As the admin API would say. */
  readonly states: () => readonly string[];
  readonly use: (service: ServiceOptions) => void;
}

function open(folder: string, service = serviceOptions("adaptive", [1, 1, 1])): World {
  const memory = createSharedMemory({ workers: 1, capacity: 8 });
  const shared = new SharedState(memory);
  const table = createSlotTable(shared);
  let services = { orders: service };
  let slots = table.assign(services, 0);
  const clock = createSharedClock(memory);
  const said: string[] = [];
  const errors: string[] = [];
  const reweighed: (readonly number[])[] = [];
  const weights = (): readonly number[] => {
    const config = holds.weighed({ services } as unknown as Config);
    return config.services["orders"]?.endpoints.map(({ weight }) => weight) ?? [];
  };
  const holds = createHolds({
    // At a start before anybody can be asked.
    reweigh: () => queueMicrotask(() => void reweighed.push(weights())),
    dataPlane: { shared, balanced: () => ({ services, slots }) },
    folder,
    clock,
    audit: { writeOwn: ({ action, details }) => void said.push([action, ...details].join(" ")) },
    log: { ...silentLog, error: (event) => void errors.push(event) },
  });
  onTestFinished(() => holds.stop());
  const states = (): string[] =>
    describeServices({ services, slots, shared, nowNs: clock.nowNs() })
      .flatMap(({ endpoints }) => endpoints)
      .map(({ state }) => state);
  const use = (next: ServiceOptions): void => {
    holds.prepare({ orders: next });
    services = { orders: next };
    slots = table.assign(services, clock.nowNs());
    holds.look();
  };
  return { holds, said, errors, states, use, reweighed };
}

function holdOf(endpoint = "", lastsMs = 60_000): Hold {
  const startsAtMs = Date.now();
  const said = { comment: "a look at its disk", createdBy: "sam" };
  return {
    service: "orders",
    endpoint,
    share: 0,
    startsAtMs,
    endsAtMs: startsAtMs + lastsMs,
    ...said,
  };
}

test("the last endpoint stays, whoever asks; who asks for more to be left gets it", () => {
  const { holds, states } = open(folderOf());
  expect(holds.add(holdOf(A), 0.5)).toBe("held");
  expect(holds.add(holdOf(B), 0.5)).toBe("last");
  expect(holds.add(holdOf(B))).toBe("held");
  expect(holds.add(holdOf(C))).toBe("last");
  // One of the same endpoint is replaced, and takes nobody else out.
  expect(holds.add(holdOf(A, 90_000))).toBe("held");
  expect(states()).toEqual(["held", "held", "young"]);
  expect(holds.add(holdOf("http://127.0.0.1:9"))).toBe("unknown");
  expect(holds.add({ ...holdOf(A), service: "none" })).toBe("unknown");
  expect(holds.remove(holdOf(A))).toMatchObject({ endpoint: A, createdBy: "sam" });
  expect(holds.remove(holdOf(A))).toBeUndefined();
  expect(states()).toEqual(["young", "held", "young"]);
});

test("one without weight is nobody who is left", () => {
  const { holds } = open(folderOf(), serviceOptions("adaptive", [1, 0, 0]));
  expect([A, B].map((endpoint) => holds.add(holdOf(endpoint)))).toEqual(["last", "unknown"]);
});

test("a restart and another config keep it, for weir's own eyes; a config that leaves nobody else ends it", () => {
  const folder = folderOf();
  open(folder).holds.add(holdOf(A));
  expect(statSync(join(folder, "holds.json")).mode & 0o777).toBe(0o600);
  const { holds, states, use, said } = open(folder);
  expect(states()).toEqual(["held", "young", "young"]);
  use(serviceOptions("round-robin", [5, 1]));
  expect(states()).toEqual(["held", "young"]);
  use(serviceOptions("adaptive", [1]));
  expect([states(), holds.list()]).toEqual([["young"], []]);
  expect(said).toEqual([
    `hold_ended audit.service orders audit.endpoint ${A} audit.comment a look at its disk audit.cause no other endpoint is left`,
  ]);
  expect(JSON.parse(readFileSync(join(folder, "holds.json"), "utf8"))).toEqual([]);
});

test("less weight is in force from its beginning to its end, a restart between, and takes nobody out", async () => {
  const folder = folderOf();
  const { holds, states, reweighed } = open(folder, serviceOptions("adaptive", [4, 1, 0]));
  const less = { ...holdOf(A), share: 0.25 };
  expect(holds.add(less)).toBe("held");
  expect(holds.add(holdOf(B))).toBe("held");
  // The other is out, and this one may still weigh less. All three come into force in the same turn.
  expect(holds.add({ ...less, share: 0.5 }, 0.5)).toBe("held");
  expect([states(), holds.list().map(({ share }) => share)]).toEqual([
    ["young", "held", "young"],
    [0, 0.5],
  ]);
  await expect.poll(() => reweighed).toEqual([1, 2, 3].map(() => [2, 1, 0]));
  const again = open(folder, serviceOptions("adaptive", [4, 1, 0]));
  await expect.poll(() => again.reweighed).toEqual([[2, 1, 0]]);
  again.holds.remove(less);
  again.holds.add({ ...holdOf(A, 1), share: 0.1 });
  await expect.poll(() => again.said.length).toBe(1);
  expect(again.reweighed.at(-1)).toEqual([4, 1, 0]);
});

test("turns know no weights", () => {
  const { holds } = open(folderOf(), serviceOptions("round-robin", [1, 1]));
  expect(holds.add({ ...holdOf(A), share: 0.5 })).toBe("unweighed");
});

test("it ends by itself, and says so", async () => {
  const { holds, states, said } = open(folderOf());
  holds.add(holdOf(A, 1));
  await expect.poll(() => said.length).toBe(1);
  expect(said[0]).toContain("audit.cause its time is over");
  expect([states(), holds.list()]).toEqual([["young", "young", "young"], []]);
});

test("a file that can't be read holds nobody, and is said", () => {
  const folder = folderOf();
  open(folder).holds.add(holdOf(A));
  writeFileSync(join(folder, "holds.json"), "[{]");
  const { states, errors } = open(folder);
  expect([states(), errors]).toEqual([["young", "young", "young"], ["holds_not_read"]]);
});
