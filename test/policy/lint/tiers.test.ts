// Which tier each rule is in, and the reason that is given.
import { expect, it } from "vitest";
import { loadPolicy } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import { type TierGroup, tiersOf } from "../../../src/policy/lint/tiers.ts";
import { MODEL, model, sourceOf } from "../support.ts";

async function tiers(text: string, rules: string): Promise<readonly TierGroup[]> {
  const load = await loadPolicy(sourceOf(text, rules), { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  return tiersOf(load.policy);
}

const plain = (matcher: string, policy = "sub, obj, act"): string =>
  model({ matcher, policy, effect: EFFECTS.allowOverride });

it.each([
  [
    MODEL,
    "p, a, /x, GET",
    "indexed",
    "by r.act == p.act, g(r.sub, p.sub), keyMatch2(r.obj, p.obj)",
  ],
  [MODEL, "p, a, /x, *", "indexed", "by r.act == p.act, g(r.sub, p.sub), keyMatch2(r.obj, p.obj)"],
  [MODEL, "p, a, /a.b, *", "indexed", "by r.act == p.act, g(r.sub, p.sub)"],
  [plain("keyMatch2(r.obj, p.obj)"), "p, a, /x/:id, GET", "indexed", "by keyMatch2(r.obj, p.obj)"],
  [
    plain("keyMatch2(r.obj, p.obj)"),
    "p, a, /a.b, GET",
    "scanned",
    "keyMatch2 pattern /a.b is a regular expression",
  ],
  [
    plain("regexMatch(r.obj, p.obj)"),
    "p, a, ^/a$, GET",
    "scanned",
    "no term of regexMatch(r.obj, p.obj) can be looked up",
  ],
  [plain("eval(p.act) && r.obj == p.obj"), "p, a, x, true", "indexed", "by r.obj == p.obj"],
  [plain("eval(p.act)"), "p, a, x, true", "scanned", "no term of eval(p.act) can be looked up"],
  [
    plain("r.sub.Name == p.sub"),
    "p, a, x, y",
    "scanned",
    "no term of r.sub.Name == p.sub can be looked up",
  ],
  [plain('r.sub == "root" || r.sub == p.sub'), "p, a, x, y", "indexed", "by r.sub == p.sub"],
  [
    plain("r.sub == p.sub || r.obj != p.obj"),
    "p, a, x, y",
    "scanned",
    "no term of r.obj != p.obj can be looked up",
  ],
  [plain("r.sub == p.sub ? 1 : 3"), "p, a, x, y", "casbin", "the matcher gives effects by number"],
])("%#: %s", async (...[text, rules, tier, reason]) => {
  const [group] = await tiers(text, rules);
  expect(group).toMatchObject({ tier, rules: 1, examples: ["policy.csv:1"] });
  expect(group?.reason).toContain(reason);
});

it("groups by reason, the largest first, and bounds groups and examples", async () => {
  const rules = [
    ...Array.from({ length: 100 }, (_, at) => `p, a, /${at}.x, GET`),
    ...Array.from({ length: 300 }, (_, at) => `p, a, /${at}, GET`),
  ];
  const groups = await tiers(plain("keyMatch2(r.obj, p.obj)"), rules.join("\n"));
  expect(groups[0]).toMatchObject({ tier: "indexed", rules: 300 });
  expect(groups[0]?.examples).toHaveLength(5);
  expect(groups[1]).toMatchObject({ tier: "scanned", rules: 50 });
  expect(groups.length).toBe(52);
  expect(groups.reduce((sum, group) => sum + group.rules, 0)).toBe(400);
});
