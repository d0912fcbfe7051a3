// Weir against casbin reading the same texts by itself: decision and deciding rule, group by group.
import { describe, expect, it } from "vitest";
import { attributes } from "./oracle/attributes.ts";
import { contexts } from "./oracle/contexts.ts";
import { effects, withoutRules } from "./oracle/effects.ts";
import { fuzz, FUZZ_TIMEOUT_MS, type FuzzGroup, LEAST_DECISIONS } from "./oracle/fuzz.ts";
import { missing } from "./oracle/missing.ts";
import { addresses, paths, pathValues } from "./oracle/paths.ts";
import { priorities, subjectPriorities } from "./oracle/priorities.ts";
import { domains, resourceRoles, roles } from "./oracle/roles.ts";
import { texts } from "./oracle/texts.ts";
import { values } from "./oracle/values.ts";

const GROUPS: readonly FuzzGroup[] = [
  { name: "effects", cases: effects, decisions: 6000, accepted: 0.6 },
  { name: "no rules", cases: withoutRules, decisions: 1000, accepted: 0.7 },
  { name: "priority", cases: priorities, decisions: 5000 },
  { name: "subject priority", cases: subjectPriorities, decisions: 4000, accepted: 0.75 },
  { name: "roles", cases: roles, decisions: 6000, accepted: 0.6 },
  { name: "resource roles", cases: resourceRoles, decisions: 4000 },
  { name: "domains", cases: domains, decisions: 5000 },
  { name: "paths", cases: paths, decisions: 9000, accepted: 0.5 },
  { name: "values of paths", cases: pathValues, decisions: 1000 },
  { name: "addresses", cases: addresses, decisions: 2000, accepted: 0.7 },
  { name: "values", cases: values, decisions: 6000, accepted: 0.7 },
  { name: "attributes", cases: attributes, decisions: 4000, accepted: 0.8 },
  { name: "missing attributes", cases: missing, decisions: 4000 },
  { name: "contexts", cases: contexts, decisions: 4000, accepted: 0.5 },
  { name: "texts", cases: texts, decisions: 6000, accepted: 0.5 },
];

describe("decides as casbin does", () => {
  let decided = 0;

  it.each(GROUPS)("$name", { timeout: FUZZ_TIMEOUT_MS }, async (group) => {
    decided += await fuzz(group);
  });

  it("enough requests in all", () => {
    console.log(`oracle: ${decided} decisions`);
    expect(decided).toBeGreaterThan(LEAST_DECISIONS);
  });
});
