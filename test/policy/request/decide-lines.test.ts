// Requests as JSON lines: each is answered, and what is none is denied.
import { describe, expect, it } from "vitest";
import { askedLines, decideLines } from "../../../src/policy/request/decide-lines.ts";
import { loaded, MODEL, RULES } from "../support.ts";

describe("decideLines", () => {
  it("answers each line, and denies what is none", async () => {
    const snapshot = await loaded(MODEL, RULES);
    const lines = [
      '["alice","/orders","GET"]',
      "",
      '["eve","/x","GET"]',
      '["a"]',
      "[1]",
      "{",
      "{}",
    ];
    let now = 0;
    const answers = [
      ...decideLines(
        askedLines(lines),
        () => snapshot,
        () => (now += 1500),
      ),
    ];
    expect(answers).toEqual([
      { decision: "allow", rule: "p, role:customer, /orders, GET", line: 2, us: 1.5 },
      { decision: "deny", rule: "", line: 0, us: 1.5 },
      { decision: "deny", rule: "", line: 0, us: 1.5, error: "a request has 3 fields, not 1" },
      expect.objectContaining({ decision: "deny", error: "a request has 3 fields, not 1" }),
      expect.objectContaining({ decision: "deny", error: expect.stringContaining("not JSON") }),
      expect.objectContaining({
        decision: "deny",
        error: expect.stringContaining("a request is a JSON array"),
      }),
    ]);
  });
});
