// What rules may cost together: conditions in them are compiled, each once.
import { expect, it } from "vitest";
import { MAX_CONDITION_CHARS, MAX_RULE_CONDITIONS } from "../../../src/policy/limits.ts";
import { workedMs } from "../../support/worked-ms.ts";
import { faultsOf, model } from "../support.ts";

const CONDITIONS = model({ policy: "rule, obj, act", roles: "", matcher: "eval(p.rule)" });

function rulesOf(count: number, condition: (nth: number) => string): string {
  return Array.from({ length: count }, (_, nth) => `p, ${condition(nth)}, /a, GET`).join("\n");
}

it.each([
  [
    `more than ${MAX_RULE_CONDITIONS} different conditions`,
    MAX_RULE_CONDITIONS + 1,
    (nth: number) => `r.sub == ${nth}`,
  ],
  [
    `different conditions longer than ${MAX_CONDITION_CHARS} characters together`,
    Math.ceil(MAX_CONDITION_CHARS / 3000) + 1,
    (nth: number) => `r.sub == '${"a".repeat(3000)}${nth}'`,
  ],
])("refuses %s, and says where", async (fault, count, condition) => {
  const started = workedMs();
  const faults = await faultsOf(CONDITIONS, rulesOf(count, condition));
  expect([...new Set(faults.map(({ message }) => message))]).toEqual([fault]);
  expect(faults.at(-1)?.line).toBe(count);
  expect(workedMs() - started).toBeLessThan(10_000);
});

it("counts a condition once, however many rules have it", async () => {
  const rules = rulesOf(MAX_RULE_CONDITIONS * 2, () => "r.sub == 'ann'");
  expect(await faultsOf(CONDITIONS, rules)).toEqual([]);
});
