// Our reader of rules files against casbin's own: whatever ours takes, casbin reads the same.
import { Helper, newModel } from "casbin";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readRules } from "../../../src/policy/rules/rules-text.ts";
import { MODEL } from "../support.ts";

interface Read {
  readonly rows: readonly (readonly string[])[];
  readonly faults: readonly string[];
}

function ours(text: string): Read {
  const faults: string[] = [];
  const rules = readRules(text, "f", (line, message) => void faults.push(`${line}: ${message}`));
  return { rows: rules.map((rule) => [rule.ptype, ...rule.fields]), faults };
}

function casbins(text: string): readonly (readonly string[])[] {
  const model = newModel(MODEL);
  for (const line of text.split("\n")) {
    if (line && !line.trim().startsWith("#")) Helper.loadPolicyLine(line, model);
  }
  const rows = (section: string): string[][] =>
    (model.model.get(section)?.get(section)?.policy ?? []).map((row) => [section, ...row]);
  return [...rows("p"), ...rows("g")];
}

it.each([
  ["p, a, b, c", ["p", "a", "b", "c"]],
  ["  p ,a,\tb  , c \r", ["p", "a", "b", "c"]],
  ['p, "a, b", "say ""hi"" twice", c', ["p", "a, b", 'say "hi" twice', "c"]],
  ["p, (a, b), c(d), e", ["p", "(a,b)", "c(d)", "e"]],
  ['p, (a," b)", " c "', ["p", "(a, b)", "c"]],
  ['"p", a, b, c', ["p", "a", "b", "c"]],
  ["p, a # b, c, d", ["p", "a # b", "c", "d"]],
  ["p, schön, /ü, c", ["p", "schön", "/ü", "c"]],
])("reads %j", (line, row) => {
  expect(ours(line)).toEqual({ rows: [row], faults: [] });
  expect(casbins(line)).toEqual([row]);
});

it("passes over comments and blank lines, and counts them", () => {
  const text = "\uFEFF# one\r\n\r\n  # p, x\n\t\np, a, b, c\n";
  const rules = readRules(text, "rules.csv", () => undefined);
  expect(rules).toMatchObject([{ text: "p, a, b, c", line: 5, source: "rules.csv:5" }]);
});

it("takes no line that casbin reads in another way", () => {
  const piece = fc.constantFrom(
    "p",
    "g",
    ",",
    ", ",
    " ",
    '"',
    '""',
    "(",
    ")",
    "a",
    "b/c",
    "#",
    "\t",
    ":",
    "*",
    "\r",
  );
  const line = fc.array(piece, { maxLength: 14 }).map((pieces) => `p,${pieces.join("")}`);
  let taken = 0;
  fc.assert(
    fc.property(line, (text) => {
      const { rows, faults } = ours(text);
      if (faults.length > 0) return;
      taken += 1;
      expect(casbins(text)).toEqual(rows);
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(200);
});

it.each(["p, a, b, c\r\ufeff", "p, a, b, c\r \ufeff\r"])("takes no stray line end: %j", (line) => {
  expect(ours(line).faults).toEqual(["1: a stray carriage return"]);
});
