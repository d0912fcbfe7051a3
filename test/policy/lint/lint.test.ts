// The linter warns of what loads and surprises, and of nothing else.
import { expect, it } from "vitest";
import { lintPolicy } from "../../../src/policy/lint/lint.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { PolicyFault } from "../../../src/policy/source.ts";
import { MODEL, model, RULES, sourceOf } from "../support.ts";

async function lint(text: string, rules: string): Promise<readonly PolicyFault[]> {
  const source = sourceOf(text, rules);
  const load = await loadPolicy(source, { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  return lintPolicy(source, load.policy);
}

it.each([
  ["p, a, /v1.0/x, GET", "the dot in"],
  ["p, a, /files*, GET", "repeats the character before it"],
  ["p, a, /a|/b, GET", "splits the whole pattern"],
  ["p, a, /x+y, GET", "the + in"],
  ["p, a, /ä, GET", "paths are percent-encoded"],
  ["p, a, /caf%c3%A9/:id, GET", "paths have %C3%A9 for %c3%A9"],
  ["p, a, /x/%7Eme, GET", "paths have ~ for %7E"],
  ["p, a, /a%2fb, GET", "paths have %2F for %2f"],
  ["p, a, /x//y, GET", "paths have no // in them"],
  ["p, al\u200bice, /x, GET", "invisible character, U+200B"],
  ["p, a, /x, GET # for now", "a comment has a line of its own"],
  ["g, al\u2060ice, role:customer", "invisible character, U+2060"],
  ["p, role:customer, /orders, GET", "the same rule stands at policy.csv:2"],
])("%s", async (rule, message) => {
  const warnings = await lint(MODEL, `${RULES}${rule}\n`);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatchObject({ file: "policy.csv", line: 8 });
  expect(warnings[0]?.message).toContain(message);
});

it("passes over what a pattern function never gets", async () => {
  const matcher = 'r.sub == p.sub && (p.act == "*" || regexMatch(r.act, p.act))';
  expect(await lint(model({ matcher }), "p, a, /x, *, allow")).toEqual([]);
});

it("warns of patterns without ends, and of denies nobody asks for", async () => {
  const matcher = "r.sub == p.sub && regexMatch(r.act, p.act)";
  const text = model({ matcher, effect: EFFECTS.allowOverride });
  const warnings = await lint(text, "p, a, /x, GET, deny\np, a, /x, ^GET$");
  expect(warnings.map(({ message }) => message.split(":")[0])).toEqual([
    "this deny has no effect",
    '"GET" also matches inside longer text; write ^...$',
  ]);
});

it("says nothing about a good policy", async () => {
  expect(await lint(MODEL, RULES)).toEqual([]);
  expect(await lint(MODEL, `${RULES}p, a, /caf%C3%A9/a%2Fb/%2B;x, GET`)).toEqual([]);
});

it.each([
  ["a circle", "g, a, b\ng, b, c\ng, c, a\np, c, /x, GET", ['3: "a" holds "c" already']],
  ["a role of its own", "g, a, a\np, a, /x, GET", ['1: "a" holds "a" already']],
  [
    "a role without a rule",
    "g, a, b\ng, a, c\ng, c, d\np, d, /x, GET",
    ['1: no rule asks for the role "b"'],
  ],
  [
    "a circle without a rule",
    "g, a, b\ng, b, a\np, x, /x, GET",
    [
      '1: no rule asks for the role "b"',
      '2: "a" holds "b" already',
      '2: no rule asks for the role "a"',
    ],
  ],
  [
    "a deny over an allow",
    "p, a, /x, GET\np, a, /x, GET, deny",
    ["1: this rule never decides: line 2"],
  ],
])("of roles and ranks: %s", async (_, rules, expected) => {
  const warnings = (await lint(MODEL, rules)).map(({ line, message }) => `${line}: ${message}`);
  expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)));
});

it("warns of what a priority never lets decide", async () => {
  const text = model({ effect: EFFECTS.priority, policy: "priority, sub, obj, act, note, eft" });
  const rules =
    "p, 20, a, /x, GET, one, allow\np, 10, a, /x, GET, two, deny\np, 10, a, /y, GET, two, deny";
  expect(await lint(text, rules)).toMatchObject([
    { line: 1, message: "this rule never decides: line 2 matches the same requests" },
  ]);
});
