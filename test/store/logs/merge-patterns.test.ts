// Patterns that differ in one word made one, where that word is a variable and not a state.
import { expect, test } from "vitest";
import { type LookAlikes, mergePatterns } from "../../../src/store/logs/merge-patterns.ts";

function group(pattern: string, lines = 1, facts: Partial<LookAlikes> = {}): LookAlikes {
  return {
    source: "service",
    service: "orders",
    pattern,
    lines,
    before: 0,
    firstMs: 10,
    lastMs: 20,
    severity: 3,
    example: `${pattern}!`,
    slots: [lines, 0],
    ...facts,
  };
}

function looks(groups: readonly LookAlikes[]): readonly string[] {
  return mergePatterns(groups)
    .map(({ pattern, lines }) => `${pattern} (${lines})`)
    .sort();
}

const NAMES = ["ann", "bob", "cid", "dan", "eve"];
const all = (make: (name: string) => string): LookAlikes[] =>
  NAMES.map((name) => group(make(name)));

test.each<[string, LookAlikes[], string[]]>([
  ["nothing", [], []],
  ["five values are a variable", all((name) => `user ${name} came`), ["user <*> came (5)"]],
  [
    "four are states",
    all((name) => `user ${name} came`).slice(1),
    ["user bob came (1)", "user cid came (1)", "user dan came (1)", "user eve came (1)"],
  ],
  [
    "two variables",
    all((a) => a).flatMap(({ pattern: a }) => all((b) => `from ${a} to ${b} sent`)),
    ["from <*> to <*> sent (25)"],
  ],
  ["two words are too few", all((name) => `hello ${name}`), NAMES.map((n) => `hello ${n} (1)`)],
  [
    "others stay as they are",
    [...all((name) => `user ${name} came`), group("user ann went away", 7)],
    ["user <*> came (5)", "user ann went away (7)"],
  ],
  [
    "another service has patterns of its own",
    all((name) => `user ${name} came`).map((each, at) => ({ ...each, service: `s${at}` })),
    NAMES.map((name) => `user ${name} came (1)`),
  ],
])("%s", (_, groups, expected) => {
  expect(looks(groups)).toEqual(expected);
});

test("what was counted is counted together", () => {
  const groups = NAMES.map((name, at) =>
    group(`user ${name} came`, at + 1, {
      before: at,
      firstMs: 10 + at,
      lastMs: 20 + at,
      severity: at === 2 ? 1 : 3,
    }),
  );
  expect(mergePatterns(groups)).toEqual([
    group("user <*> came", 15, {
      before: 10,
      lastMs: 24,
      severity: 1,
      example: "user ann came!",
    }),
  ]);
});
