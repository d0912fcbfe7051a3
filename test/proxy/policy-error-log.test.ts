// Decisions that fail are told of at once, and no flood of them floods the log.
import { expect, it } from "vitest";
import { createLog } from "../../src/core/log.ts";
import { createPolicyErrorLog, type PolicyFailure } from "../../src/proxy/policy-error-log.ts";

const failure = (ruleSource: string): PolicyFailure => ({
  policy: "enforced",
  decision: { rule: "p, a", ruleSource, error: "not an address" },
  revision: "r1",
  traceId: "t1",
});

function recording(): {
  readonly tell: (failure: PolicyFailure) => void;
  readonly lines: Record<string, unknown>[];
  readonly wait: (seconds: number) => void;
} {
  const lines: Record<string, unknown>[] = [];
  let nowNs = 0;
  const log = createLog("info", (line) => void lines.push(JSON.parse(line)));
  return {
    tell: createPolicyErrorLog(log, { nowNs: () => nowNs, wallMs: () => 0 }),
    lines,
    wait: (seconds) => void (nowNs += seconds * 1e9),
  };
}

it("names rule, place, revision and trace", () => {
  const { tell, lines } = recording();
  tell(failure("policy.csv:3"));
  expect(lines).toMatchObject([
    {
      level: "error",
      event: "policy_error",
      policy: "enforced",
      rule: "p, a",
      rule_source: "policy.csv:3",
      policy_revision: "r1",
      trace_id: "t1",
      cause: "not an address",
    },
  ]);
});

it("says each place once a minute, and how often it was silent", () => {
  const { tell, lines, wait } = recording();
  for (let nth = 0; nth < 5; nth++) tell(failure("policy.csv:3"));
  tell(failure("policy.csv:4"));
  wait(61);
  tell(failure("policy.csv:3"));
  tell(failure("policy.csv:3"));
  expect(lines.map((line) => [line["rule_source"], line["unsaid"]])).toEqual([
    ["policy.csv:3", 0],
    ["policy.csv:4", 0],
    ["policy.csv:3", 4],
  ]);
});

it("remembers a bounded number of places", () => {
  const { tell, lines } = recording();
  for (let nth = 0; nth < 300; nth++) tell(failure(`policy.csv:${nth}`));
  tell(failure("policy.csv:299"));
  tell(failure("policy.csv:0"));
  expect(lines).toHaveLength(301);
});
