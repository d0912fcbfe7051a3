// The sample policy does what its cases say.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../src/policy/load.ts";
import { readCases, runCases } from "../src/policy/test-cases.ts";

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
const cases = readCases(read("cases.yaml"), "policies/cases.yaml");
if (!cases.ok) throw new Error(JSON.stringify(cases.faults));
const results = runCases(load.snapshot, cases.cases);

describe("the sample policy", () => {
  it.each(results.map((result) => [result.case.name, result] as const))("%s", (_, result) => {
    expect(result.message).toBe("");
  });

  it("has a deny that beats an allow among its cases", () => {
    expect(results.some(({ decision }) => decision.effect === "deny" && decision.rule !== "")).toBe(
      true,
    );
  });
});
