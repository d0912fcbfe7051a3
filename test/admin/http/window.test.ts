// Ages and ISO times, and windows made of them.
import { describe, expect, test } from "vitest";
import { Problem } from "../../../src/admin/http/problem.ts";
import { readMoment, readWindow } from "../../../src/admin/http/window.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("a moment", () => {
  test.each([
    ["30s", "2026-11-21T11:59:30.000Z"],
    ["15m", "2026-11-21T11:45:00.000Z"],
    ["1h", "2026-11-21T11:00:00.000Z"],
    ["7d", "2026-11-14T12:00:00.000Z"],
    ["2w", "2026-11-07T12:00:00.000Z"],
    ["0s", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T09:30:00.123456789Z", "2026-11-21T09:30:00.123Z"],
    ["2026-11-21T09:30+02:00", "2026-11-21T07:30:00.000Z"],
    ["2026-11-21", "2026-11-21T00:00:00.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(new Date(readMoment(text, NOW) ?? 0).toISOString()).toBe(iso);
  });

  test.each([
    "",
    "15",
    "m",
    "-5m",
    "1.5h",
    "15M",
    "1y",
    "now",
    "9999999d",
    "999999w",
    "2026-13-01",
    "2026-02-31T25:00:00Z",
    "2026-11-21T09:30:00",
    "21 Nov 2026",
    "1763712000",
    "9999-01-01",
  ])("%j is none", (text) => {
    expect(readMoment(text, NOW)).toBeNull();
  });
});

describe("a window", () => {
  test("holds only what was given", () => {
    expect(readWindow({}, NOW)).toEqual({});
    expect(readWindow({ since: "1h" }, NOW)).toEqual({ sinceMs: NOW - 3_600_000 });
    expect(readWindow({ since: "1h", until: "30m" }, NOW)).toEqual({
      sinceMs: NOW - 3_600_000,
      untilMs: NOW - 1_800_000,
    });
  });

  test.each([
    { since: "1h", until: "1h" },
    { since: "1h", until: "2h" },
  ])("%j ends before it begins", (query) => {
    expect(() => readWindow(query, NOW)).toThrow(Problem);
  });
});
