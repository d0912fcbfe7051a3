// Rules that decided nothing, told by what rows keep of those that did.
import { expect, it } from "vitest";
import { unusedRules } from "../../../src/policy/propose/unused.ts";
import type { Rule } from "../../../src/policy/rules/rule.ts";

const rule = (text: string): Rule => ({ text, source: "p.csv:1", line: 1, ptype: "p", fields: [] });

it.each([
  ["as it is", "p, ann, /a, GET", "p, ann, /a, GET", 0],
  ["of another", "p, ann, /a, GET", "p, bob, /a, GET", 1],
  ["cut after 512 bytes of ASCII", `p, ${"a".repeat(600)}`, `p, ${"a".repeat(509)}`, 0],
  [
    "cut after 512 bytes of longer characters",
    `p, ${"字".repeat(600)}`,
    `p, ${"字".repeat(169)}`,
    0,
  ],
])("knows a rule by a row's text %s", (...[, text, used, unused]) => {
  expect(unusedRules([rule(text)], new Set([used]))).toHaveLength(unused);
});
