// When an end is told of: in the last quarter of a life, but not years before.
import { expect, test } from "vitest";
import { type ExpiryState, expiryState } from "../../src/core/expiry.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test.each<{ what: string; lifeMs: number; leftMs: number; isAuthority?: true; state: ExpiryState }>(
  [
    { what: "a day, just renewable", lifeMs: DAY, leftMs: 8 * HOUR, state: "ok" },
    { what: "a day, a quarter left", lifeMs: DAY, leftMs: 6 * HOUR, state: "ok" },
    { what: "a day, less left", lifeMs: DAY, leftMs: 6 * HOUR - 1, state: "soon" },
    { what: "90 days, 21 left", lifeMs: 90 * DAY, leftMs: 21 * DAY, state: "ok" },
    { what: "90 days, less left", lifeMs: 90 * DAY, leftMs: 21 * DAY - 1, state: "soon" },
    { what: "its last millisecond", lifeMs: DAY, leftMs: 1, state: "soon" },
    { what: "its end", lifeMs: DAY, leftMs: 0, state: "expired" },
    { what: "not begun", lifeMs: DAY, leftMs: DAY + 1, state: "future" },
    { what: "just begun", lifeMs: DAY, leftMs: DAY, state: "ok" },
    { what: "long over", lifeMs: DAY, leftMs: -DAY, state: "expired" },
    {
      what: "a root with a year left",
      lifeMs: 3652 * DAY,
      leftMs: 365 * DAY,
      isAuthority: true,
      state: "ok",
    },
    {
      what: "a root with less",
      lifeMs: 3652 * DAY,
      leftMs: 365 * DAY - 1,
      isAuthority: true,
      state: "soon",
    },
    {
      what: "a root of a year",
      lifeMs: 365 * DAY,
      leftMs: 100 * DAY,
      isAuthority: true,
      state: "ok",
    },
  ],
)("$what: $state", ({ lifeMs, leftMs, isAuthority = false, state }) => {
  expect(expiryState({ notBeforeMs: 0, notAfterMs: lifeMs, isAuthority }, lifeMs - leftMs)).toBe(
    state,
  );
});
