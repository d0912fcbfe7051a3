// The linter warns of what loads and surprises, and of nothing else.
import { expect, it } from "vitest";
import { lintPolicy } from "../../src/policy/lint.ts";
import { EFFECTS } from "../../src/policy/model.ts";
import { MODEL, model, RULES, sourceOf } from "./support.ts";

it.each([
  ["p, a, /v1.0/x, GET", "the dot in"],
  ["p, a, /files*, GET", "repeats the character before it"],
  ["p, a, /a|/b, GET", "splits the whole pattern"],
  ["p, a, /x+y, GET", "the + in"],
  ["p, a, /ä, GET", "paths are percent-encoded"],
  ["p, al\u200bice, /x, GET", "invisible character, U+200B"],
  ["p, a, /x, GET # for now", "a comment has a line of its own"],
  ["g, al\u2060ice, role:customer", "invisible character, U+2060"],
  ["p, role:customer, /orders, GET", "the same rule stands at policy.csv:2"],
])("%s", (rule, message) => {
  const warnings = lintPolicy(sourceOf(MODEL, `${RULES}${rule}\n`));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ file: "policy.csv", line: 8 });
  expect(warnings[0]?.message).toContain(message);
});

it("warns of patterns without ends, and of denies nobody asks for", () => {
  const matcher = "r.sub == p.sub && regexMatch(r.act, p.act)";
  const text = model({ matcher, effect: EFFECTS.allowOverride });
  const warnings = lintPolicy(sourceOf(text, "p, a, /x, GET, deny\np, a, /x, ^GET$"));
  expect(warnings.map(({ message }) => message.split(":")[0])).toEqual([
    "this deny has no effect",
    '"GET" also matches inside longer text; write ^...$',
  ]);
});

it("says nothing about a good policy", () => {
  expect(lintPolicy(sourceOf(MODEL, RULES))).toEqual([]);
  expect(lintPolicy(sourceOf("", ""))).toEqual([]);
});
