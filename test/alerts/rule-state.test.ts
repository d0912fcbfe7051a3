// The life of alerts: a table of courses, and what holds of any course at all.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUILT_IN_RULES } from "../../src/alerts/built-in.ts";
import type { Rule } from "../../src/alerts/rule.ts";
import {
  changesBetween,
  type Look,
  nextState,
  type RuleState,
  UNSEEN,
} from "../../src/alerts/rule-state.ts";

const [anyRule] = BUILT_IN_RULES;
if (anyRule === undefined) throw new Error("there are no built-in rules");

const rule = (forS: number): Rule => ({ ...anyRule, name: "r", forMs: forS * 1000 });

/** Names of routes that are found; null: nobody can say. */
type Seen = readonly string[] | null;

function lookOf(seen: Seen): Look {
  if (seen === null) return { ok: false, why: "the store is down" };
  return {
    ok: true,
    found: seen.map((route) => ({
      id: route,
      labels: { alert: "r", route },
      annotations: {},
      value: 1,
    })),
  };
}

/** States by route after each look; looks are ten seconds apart. */
function course(forS: number, looks: readonly Seen[]): string[] {
  let state: RuleState = UNSEEN;
  return looks.map((seen, at) => {
    state = nextState(rule(forS), state, { look: lookOf(seen), nowMs: at * 10_000 });
    const words = state.alerts.map((alert) => `${alert.labels["route"]} ${alert.state}`).sort();
    return `${words.join(", ")}${state.unknownSinceMs === null ? "" : " ?"}`;
  });
}

describe("a course of looks", () => {
  test.each<[string, number, readonly Seen[], readonly string[]]>([
    ["fires at once without `for`", 0, [["a"]], ["a firing"]],
    [
      "fires once it held for long enough",
      20,
      [["a"], ["a"], ["a"]],
      ["a pending", "a pending", "a firing"],
    ],
    ["begins anew after a gap", 10, [["a"], [], ["a"]], ["a pending", "", "a pending"]],
    ["ends", 0, [["a"], [], []], ["a firing", "a resolved", "a resolved"]],
    ["fires again", 0, [["a"], [], ["a"]], ["a firing", "a resolved", "a firing"]],
    [
      "each by itself",
      0,
      [["a"], ["a", "b"], ["b"]],
      ["a firing", "a firing, b firing", "a resolved, b firing"],
    ],
    [
      "stays as it was while nobody can say",
      0,
      [["a"], null, null, ["a"]],
      ["a firing", "a firing ?", "a firing ?", "a firing"],
    ],
    [
      "does not count the time in which nobody could say",
      20,
      [["a"], null, null, ["a"], ["a"], ["a"]],
      ["a pending", "a pending ?", "a pending ?", "a pending", "a firing", "a firing"],
    ],
    ["is none for a store that is away", 0, [null, null], [" ?", " ?"]],
  ])("%s", (...[, forS, looks, states]) => {
    expect(course(forS, looks)).toEqual(states);
  });

  test("forgets what was over a quarter of an hour ago", () => {
    const quiet = Array.from({ length: 92 }, (): Seen => []);
    expect(course(0, [["a"], ...quiet]).slice(90)).toEqual(["a resolved", "", ""]);
  });
});

test("of any course: begins and ends alternate, no end without a look that found nothing, IDs last", () => {
  const seen = fc.option(fc.subarray(["a", "b", "c"]), { nil: null, freq: 3 });
  const steps = fc.array(fc.record({ seen, afterS: fc.integer({ min: 0, max: 1000 }) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), steps, (forS, course) => {
      let state: RuleState = UNSEEN;
      let nowMs = 0;
      const firing = new Set<string>();
      for (const { seen, afterS } of course) {
        nowMs += afterS * 1000;
        const before = state;
        state = nextState(rule(forS), state, { look: lookOf(seen), nowMs });
        for (const alert of changesBetween(before, state)) {
          const isFiring = alert.state === "firing";
          const isFound = seen?.includes(alert.labels["route"] ?? "");
          expect([firing.has(alert.id), isFound]).toEqual([!isFiring, isFiring]);
          if (isFiring) expect(nowMs - alert.sinceMs).toBeGreaterThanOrEqual(forS * 1000);
          firing[isFiring ? "add" : "delete"](alert.id);
        }
        if (seen === null) expect(state.alerts).toEqual(before.alerts);
        expect(new Set(state.alerts.map(({ id }) => id)).size).toBe(state.alerts.length);
        const shown = state.alerts.filter((alert) => alert.state === "firing");
        expect(new Set(shown.map(({ id }) => id))).toEqual(firing);
      }
    }),
  );
});
