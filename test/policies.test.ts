// The sample policy does what its cases say, and they put every rule of it to the test.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemClock } from "../src/core/clock.ts";
import { coverageOf } from "../src/policy/cases/coverage.ts";
import { readCases } from "../src/policy/cases/read-cases.ts";
import { runCases } from "../src/policy/cases/run-cases.ts";
import { loadPolicy } from "../src/policy/load.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../policies/${name}`, import.meta.url), "utf8");

const load = await loadPolicy(
  {
    modelText: read("model.conf"),
    modelFile: "policies/model.conf",
    rulesText: read("policy.csv"),
    rulesFile: "policies/policy.csv",
  },
  { request: ["identity.subject", "request.path", "request.method"] },
);
if (!load.ok) throw new Error(JSON.stringify(load.faults));
const cases = readCases(read("cases.yaml"), "policies/cases.yaml", () => load.policy.model.request);
if (!cases.ok) throw new Error(JSON.stringify(cases.faults));
const results = runCases(() => load, cases.cases, systemClock.nowNs);

describe("the sample policy", () => {
  it.each(results.map((result) => [result.case.name, result] as const))("%s", (_, result) => {
    expect(result.message).toBe("");
  });

  it("has a deny that beats an allow among its cases", () => {
    expect(results.some(({ decision }) => decision.effect === "deny" && decision.rule !== "")).toBe(
      true,
    );
  });

  it("has a case for each of its rules", () => {
    const { rules } = coverageOf([{ policy: load.policy, results }]);
    expect(rules.filter(({ cover }) => cover !== "decides")).toEqual([]);
  });
});
