// What is particular to single pickers, and which answers count as failures.
import { expect, test } from "vitest";
import { hashKey } from "../../src/balancer/hash-key.ts";
import { outcomeOf } from "../../src/balancer/outcome.ts";
import { HeaderList } from "../../src/core/header-list.ts";
import { createTestPool } from "./test-pool.ts";

const KEYS = Array.from({ length: 5000 }, (_, key) => Math.imul(key + 1, 0x9e3779b1) >>> 0);

test("consistent-hash moves only the keys of what joins", () => {
  const nine = createTestPool({ policy: "consistent-hash", weights: Array(9).fill(1) });
  const ten = createTestPool({ policy: "consistent-hash", weights: Array(10).fill(1) });
  const moved = KEYS.filter((hash) => nine.lease({ hash })!.index !== ten.lease({ hash })!.index);
  expect(moved.every((hash) => ten.lease({ hash })!.index === 9)).toBe(true);
  expect(moved.length / KEYS.length).toBeGreaterThan(0.07);
  expect(moved.length / KEYS.length).toBeLessThan(0.13);
});

test.each(["hash", "consistent-hash"] as const)("%s sends a key to the same endpoint", (policy) => {
  const pool = createTestPool({ policy, weights: [1, 2, 3] });
  for (const hash of KEYS.slice(0, 50)) {
    expect(pool.lease({ hash })?.index).toBe(pool.lease({ hash })?.index);
  }
});

test("weighted-round-robin is smooth: 5, 1, 1 gives a a b a c a a, over and over", () => {
  const pool = createTestPool({ policy: "weighted-round-robin", weights: [5, 1, 1] });
  const picks = Array.from({ length: 70 }, () => pool.lease()!.index).join("");
  // Two periods meet in a run of four; every seven in a row are exact wherever they begin.
  expect(picks).not.toMatch(/00000|11|22/);
  for (let at = 0; at + 7 <= picks.length; at++) {
    expect(
      picks
        .slice(at, at + 7)
        .split("")
        .toSorted(compareText)
        .join(""),
    ).toBe("0000012");
  }
});

test.each([
  [200, "ok"],
  [404, "ok"],
  [501, "ok"],
  [505, "ok"],
  [429, "failed"],
  [500, "failed"],
  [503, "failed"],
  [0, "failed"],
] as const)("status %d counts as %s", (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});

test("the hash key is taken from the chosen part; 0 where it is missing", () => {
  const headers = new HeaderList(["Cookie", "a=1; sid=xyz", "X-Tenant", "acme"]);
  const facts = { path: "/a", clientAddress: "127.0.0.1", principal: "", headers };
  const cookie = hashKey({ on: "cookie", name: "sid" }, facts);
  expect(cookie).toBe(hashKey({ on: "path" }, { ...facts, path: "xyz" }));
  expect(hashKey({ on: "header", name: "x-tenant" }, facts)).toBeGreaterThan(0);
  expect(hashKey({ on: "principal" }, facts)).toBe(0);
  expect(hashKey({ on: "cookie", name: "none" }, facts)).toBe(0);
});

function compareText(one: string, other: string): number {
  return one.localeCompare(other);
}
