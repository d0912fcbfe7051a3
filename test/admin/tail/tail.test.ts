// The live tail: what a watcher is told, what it is told it missed, and what nobody watching costs.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTail, type Watcher } from "../../../src/admin/tail/tail.ts";
import type { RequestFilters } from "../../../src/store/requests.ts";
import type { GroupValues } from "../../../src/telemetry/groups/row-group.ts";
import { line } from "../../store/support.ts";
import { groupOfLines } from "../../telemetry/support/groups.ts";

type Listener = (groups: readonly GroupValues[]) => void;

function testFeed() {
  const listeners = new Set<Listener>();
  return {
    listeners,
    subscribe(listener: Listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    send(...lines: string[]) {
      for (const listener of listeners) listener([groupOfLines(lines)]);
    },
  };
}

function testWatcher(filters: RequestFilters = {}, hasRoom = true) {
  const told = { paths: [] as unknown[], skipped: [] as number[], heartbeats: 0, ended: false };
  const watcher: Watcher = {
    filters,
    row: (json) => {
      told.paths.push((JSON.parse(json) as Record<string, unknown>)["path"]);
      return hasRoom;
    },
    skipped: (rows) => void told.skipped.push(rows),
    heartbeat: () => void told.heartbeats++,
    end: () => void (told.ended = true),
  };
  return { watcher, told };
}

/** Time passes, and with it every turn of the event loop that was asked for. */
const pass = (ms: number) => vi.advanceTimersByTime(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("rows that match, until one stops", () => {
  const feed = testFeed();
  const tail = createTail(feed);
  const one = testWatcher({ route: "a" });
  const all = testWatcher();
  const stop = tail.watch(one.watcher);
  const stopAll = tail.watch(all.watcher);
  feed.send(line({ path: "/1", route: "a" }), line({ path: "/2", route: "b" }));
  pass(1);
  expect(one.told.paths).toEqual(["/1"]);
  expect(all.told.paths).toEqual(["/1", "/2"]);
  stop?.();
  feed.send(line({ path: "/3", route: "a" }));
  pass(1);
  expect(one.told.paths).toEqual(["/1"]);
  expect(all.told.paths).toHaveLength(3);
  stopAll?.();
  expect(feed.listeners.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("only so many a second, the rest is counted", () => {
  const feed = testFeed();
  const { watcher, told } = testWatcher();
  createTail(feed).watch(watcher);
  const rows = Array.from({ length: 250 }, (_, at) => line({ path: `/${at}` }));
  feed.send(...rows);
  pass(1000);
  expect(told.paths).toHaveLength(100);
  expect(told.skipped).toEqual([150]);
  feed.send(...rows.slice(0, 50));
  pass(1000);
  expect(told.paths).toHaveLength(150);
  expect(told.skipped).toEqual([150]);
});

test("a flood is not read at all, but counted", () => {
  const feed = testFeed();
  const { watcher, told } = testWatcher({ route: "rare" });
  createTail(feed).watch(watcher);
  feed.send(...Array.from({ length: 9000 }, () => line({ path: "/x" })));
  pass(1000);
  expect(told.paths).toEqual([]);
  expect(told.skipped).toEqual([5000]);
});

test("a watcher that does not read is given no more that second", () => {
  const feed = testFeed();
  const { watcher, told } = testWatcher({}, false);
  createTail(feed).watch(watcher);
  feed.send(line({}), line({}), line({}));
  pass(1000);
  expect(told.paths).toHaveLength(1);
  expect(told.skipped).toEqual([2]);
});

test("heartbeats, and the end", () => {
  const tail = createTail(testFeed());
  const { watcher, told } = testWatcher();
  tail.watch(watcher);
  pass(20_000);
  expect(told.heartbeats).toBe(2);
  tail.close();
  expect(told.ended).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("only so many may watch", () => {
  const tail = createTail(testFeed());
  const stops = Array.from({ length: 40 }, () => tail.watch(testWatcher().watcher));
  expect(stops.filter((stop) => stop === null)).toHaveLength(8);
  stops[0]?.();
  expect(tail.watch(testWatcher().watcher)).not.toBeNull();
});
