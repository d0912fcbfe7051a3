// Nearest misses of random policies: each failing term really is false, and no rule is nearer than those named.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compileTest, type MatcherParts } from "../../../src/policy/matcher/compile-matcher.ts";
import { disjunctsOf } from "../../../src/policy/matcher/disjuncts.ts";
import { createExplainer, type Explanation } from "../../../src/policy/explain/explain.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { matchingFunctions } from "../../../src/policy/functions/matching-functions.ts";
import { parseMatcher } from "../../../src/policy/matcher/parser.ts";
import { EFFECTS, type Expression } from "../../../src/policy/model/model.ts";
import type { Rule } from "../../../src/policy/rules/rule.ts";
import type { RequestTuple } from "../../../src/policy/request/tuple.ts";
import { model, sourceOf } from "../support.ts";

interface Site {
  readonly allowing: readonly Rule[];
  readonly explain: (request: RequestTuple) => Explanation;
  readonly holds: (term: Expression, request: RequestTuple, rule: Rule) => boolean;
  /** By another way: the alternative of the whole matcher in which the fewest terms fail. */
  readonly leastFailing: (request: RequestTuple, rule: Rule) => number;
}

async function site(modelText: string, rules: string): Promise<Site> {
  const load = await loadPolicy(sourceOf(modelText, rules), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults, null, 1));
  const { policy, snapshot } = load;
  const { matcher } = policy.model;
  const functions = matchingFunctions();
  const parts: MatcherParts = { model: policy.model, roles: policy.roles, functions };
  const holds: Site["holds"] = (term, request, rule) =>
    compileTest(term, parts)(request, rule.fields);
  const { explain } = createExplainer(policy, snapshot);
  return {
    allowing: policy.rules.filter(({ fields }) => fields[3] === "allow"),
    explain,
    holds,
    leastFailing: (request, rule) =>
      Math.min(
        ...(disjunctsOf(matcher) ?? []).map(
          (terms) => terms.filter((term) => !holds(term, request, rule)).length,
        ),
      ),
  };
}

const MATCHERS = [
  'g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && (r.act == p.act || p.act == "*")',
  '(p.sub == "*" || g(r.sub, p.sub)) && keyMatch2(r.obj, p.obj) && !(r.act == p.act && r.sub == p.sub)',
  '!g(r.sub, p.sub) && (r.obj in (p.obj, "/y")) || r.act < p.act && !(r.obj != p.obj)',
];
const word = fc.constantFrom("a", "b", "c", "*");
const rule = fc.tuple(
  word,
  fc.constantFrom("/x", "/x/:id", "/*", "/y"),
  word,
  fc.constantFrom("allow", "deny"),
);
const policy = fc.record({
  matcher: fc.constantFrom(...MATCHERS),
  effect: fc.constantFrom(EFFECTS.allowOverride, EFFECTS.allowAndDeny, EFFECTS.priority),
  rules: fc.array(rule, { minLength: 1, maxLength: 12 }),
  links: fc.array(fc.tuple(word, word), { maxLength: 4 }),
});
const request = fc.tuple(word, fc.constantFrom("/x", "/x/1", "/y", "/z"), word);

it("each failing term is false, and no rule is nearer than those named", async () => {
  await fc.assert(
    fc.asyncProperty(policy, request, async ({ matcher, effect, rules, links }, asked) => {
      const lines = [
        ...rules.map((fields) => `p, ${fields.join(", ")}`),
        ...links.map((link) => `g, ${link.join(", ")}`),
      ];
      const at = await site(model({ matcher, effect }), lines.join("\n"));
      const { decision, nearestMisses, overridden } = at.explain(asked);
      for (const each of overridden) expect(at.leastFailing(asked, each)).toBe(0);
      for (const { rule: missed, failed } of nearestMisses) {
        expect(missed.fields[3]).toBe("allow");
        for (const { term } of failed) {
          expect(at.holds(parseMatcher(term, { r: "r", p: "p" }), asked, missed)).toBe(false);
        }
        expect(failed.length).toBe(at.leastFailing(asked, missed));
      }
      if (decision.effect === "allow") expect(nearestMisses).toEqual([]);
      if (decision.effect !== "deny" || decision.rule !== "") return;
      const distances = at.allowing.map((each) => at.leastFailing(asked, each));
      expect(nearestMisses.map(({ failed }) => failed.length)).toEqual(
        distances.toSorted((one, other) => one - other).slice(0, 5),
      );
    }),
    { numRuns: 400 },
  );
});
