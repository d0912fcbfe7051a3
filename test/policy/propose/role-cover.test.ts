// Roles: everybody gets by roles and rules of their own exactly what they did, in few lines, in bounded time.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { workedMs } from "../../support/worked-ms.ts";
import { coverByRoles, type Grants } from "../../../src/policy/propose/role-cover.ts";

/** What each caller gets of the cover. */
function given(grants: Grants): Map<string, Set<number>> {
  const { roles, direct } = coverByRoles(grants);
  const all = new Map([...grants.keys()].map((name) => [name, new Set<number>()]));
  for (const { members, permissions } of roles) {
    for (const name of members) for (const each of permissions) all.get(name)?.add(each);
  }
  for (const [name, permissions] of direct)
    for (const each of permissions) all.get(name)?.add(each);
  return all;
}

const grantsOf = (sets: readonly (readonly number[])[]): Grants =>
  new Map(sets.map((set, at) => [`u${String(at).padStart(4, "0")}`, new Set(set)]));

function linesOf(grants: Grants): number {
  const { roles, direct } = coverByRoles(grants);
  const inRoles = roles.reduce(
    (sum, { members, permissions }) => sum + members.length + permissions.length,
    0,
  );
  return [...direct.values()].reduce((sum, each) => sum + each.length, inRoles);
}

test("nobody gets more or less than they did, whoever did what", () => {
  const sets = fc.array(fc.uniqueArray(fc.nat(7), { minLength: 1 }), { maxLength: 25 });
  fc.assert(
    fc.property(sets, (all) => {
      const grants = grantsOf(all);
      expect(given(grants)).toEqual(grants);
      expect(linesOf(grants)).toBeLessThanOrEqual(all.flat().length + all.length);
    }),
    { numRuns: 500 },
  );
});

test("the order in which callers were seen does not matter", () => {
  const sets = fc.array(fc.uniqueArray(fc.nat(5), { minLength: 1 }), {
    minLength: 2,
    maxLength: 12,
  });
  fc.assert(
    fc.property(sets, (all) => {
      const grants = grantsOf(all);
      const turned = new Map([...grants].reverse());
      expect(coverByRoles(turned)).toEqual(coverByRoles(grants));
    }),
  );
});

test("finds the roles that traffic was made of", () => {
  const clerk = [0, 1, 2, 3];
  const auditor = [3, 4, 5, 6, 7];
  const sets = Array.from({ length: 30 }, (_, at) =>
    at % 3 === 0 ? clerk : at % 3 === 1 ? auditor : [...new Set([...clerk, ...auditor])],
  );
  const { roles, direct } = coverByRoles(grantsOf(sets));
  expect(roles.map(({ permissions }) => permissions)).toEqual([auditor, clerk]);
  expect(direct.size).toBe(0);
});

test("thousands of callers, each unlike the others, take seconds at most", () => {
  const sets = Array.from({ length: 3000 }, (_, at) =>
    Array.from({ length: 20 }, (_unused, each) => (at * at * 31 + each * (at % 89) * 17) % 1009),
  );
  const grants = grantsOf(sets);
  const startedMs = workedMs();
  expect(given(grants)).toEqual(grants);
  expect(workedMs() - startedMs).toBeLessThan(15_000);
});
