// Progress: on a terminal alone, not more often than it can be read, gone at the end.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressOf } from "../../src/cli/progress.ts";

const wasTerminal = process.stderr.isTTY;
let written: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  written = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.stderr.isTTY = wasTerminal;
});

test("share and rate, four times a second", () => {
  process.stderr.isTTY = true;
  const progress = progressOf("replaying", 1000);
  for (let turn = 0; turn < 10; turn++) {
    vi.advanceTimersByTime(50);
    progress.add(40);
  }
  expect(written).toEqual([
    "\r\u001B[Kreplaying … 20 % of 1,000, 800 requests/s",
    "\r\u001B[Kreplaying … 40 % of 1,000, 800 requests/s",
  ]);
  vi.advanceTimersByTime(600);
  progress.add(900);
  expect(written.at(-1)).toContain("100 % of 1,000");
  progress.end();
  expect(written.at(-1)).toBe("\r\u001B[K");
});

test("nothing where nobody watches, nor for what is done at once", () => {
  process.stderr.isTTY = false;
  const unseen = progressOf("x", 1);
  vi.advanceTimersByTime(1000);
  unseen.add(1);
  unseen.end();
  process.stderr.isTTY = true;
  const quick = progressOf("x", 1);
  quick.add(1);
  quick.end();
  expect(written).toEqual([]);
});
