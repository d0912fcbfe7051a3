// The index may give too many rules and never too few: every rule that matches is among the candidates.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { buildPolicy } from "../../../src/policy/build-policy.ts";
import { compileTest } from "../../../src/policy/matcher/compile-matcher.ts";
import { accessPathOf } from "../../../src/policy/image/access-path.ts";
import { alternativesOf } from "../../../src/policy/image/alternatives.ts";
import { AttachedPolicy } from "../../../src/policy/image/attached-policy.ts";
import { Candidates } from "../../../src/policy/image/candidates.ts";
import { IndexSearch } from "../../../src/policy/image/index-search.ts";
import { RequestIds } from "../../../src/policy/image/request-ids.ts";
import { compileRowTest } from "../../../src/policy/image/row-test.ts";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { model, sourceOf } from "../support.ts";

const name = fc.constantFrom("alice", "bob", "admin", "staff", "*");
const segment = fc.constantFrom("orders", "1", ":id", "{id}", "*", "a.b", "", "é");
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
const act = fc.constantFrom("GET", "POST", "*");
const matcher = fc
  .record({
    subject: fc.constantFrom("g(r.sub, p.sub)", "r.sub == p.sub", "true"),
    path: fc.constantFrom(
      ...["keyMatch", "keyMatch2", "keyMatch3", "keyMatch4", "keyMatch5", "g2"].map(
        (called) => `${called}(r.obj, p.obj)`,
      ),
      "p.obj == r.obj",
    ),
    act: fc.constantFrom("r.act == p.act", '(r.act == p.act || p.act == "*")', 'p.act != "POST"'),
    more: fc.constantFrom("", ' || r.sub == "bob"', ' || p.sub == "*" && p.act == r.act'),
  })
  .map((terms) => `${terms.subject} && ${terms.path} && ${terms.act}${terms.more}`);
const rules = fc
  .tuple(
    fc.array(fc.tuple(name, path, act), { minLength: 1, maxLength: 30 }),
    fc.array(fc.tuple(name, name), { maxLength: 8 }),
    fc.array(fc.tuple(path, path), { maxLength: 3 }),
  )
  .map(([written, links, objects]) =>
    [
      ...written.map((fields) => `p, ${fields.join(", ")}`),
      ...links.map((fields) => `g, ${fields.join(", ")}`),
      ...objects.map((fields) => `g2, ${fields.join(", ")}`),
    ].join("\n"),
  );
const requests = fc.array(
  fc.tuple(name, fc.oneof(path, fc.constantFrom("/orders/1", "/orders/1/2", "/x\n", "")), act),
  { minLength: 20, maxLength: 20 },
);

function attached(matcherText: string, rulesText: string): AttachedPolicy | null {
  const text = model({ matcher: matcherText, roles: "g = _, _\ng2 = _, _" });
  const build = buildPolicy(sourceOf(text, rulesText), { request: null });
  return build.ok ? new AttachedPolicy(build.image) : null;
}

it("gives every rule that matches, each once and in order; and says of each what the matcher says", () => {
  let matching = 0;
  const asked = fc.property(matcher, rules, requests, (matcherText, rulesText, tuples) => {
    const policy = attached(matcherText, rulesText);
    if (policy === null) return;
    const parts = { model: policy.model, roles: policy.roles, functions: matchingFunctions() };
    const request = new RequestIds(policy.strings, 3, [0, 2]);
    const searches = alternativesOf(policy.model).map((terms, at) => {
      const access = accessPathOf(terms, policy.model);
      const walker = policy.walkers.get(access.role?.name ?? "") ?? null;
      const ofRequest = access.ofRequest.map((term) => compileTest(term, parts));
      const { strings } = policy;
      const index = policy.indexes[at]!;
      return new IndexSearch({ access, index, strings, walker, ofRequest, request });
    });
    const rowTest = compileRowTest(policy.model.matcher, { policy, request, matcher: parts });
    const test = compileTest(policy.model.matcher, parts);
    const found = new Candidates();
    for (const tuple of tuples) {
      request.take(tuple);
      found.clear();
      for (const search of searches) search.search(found);
      found.sort();
      const candidates = [...found.rows.subarray(found.from, found.to)];
      expect(candidates).toEqual([...new Set(candidates)].sort((one, other) => one - other));
      policy.rules.forEach((rule, row) => {
        const matches = test(tuple, rule.fields);
        expect([tuple, row, rowTest(row)]).toEqual([tuple, row, matches]);
        if (!matches) return;
        matching += 1;
        expect(candidates).toContain(row);
      });
    }
  });
  fc.assert(asked, { numRuns: 400 });
  expect(matching).toBeGreaterThan(1000);
});
