// What is typed to find log lines, and the terms it is taken for.
import { expect, test } from "vitest";
import { readTerms } from "../../../src/store/logs/search-terms.ts";

const text = (tokens: string[], part: string | null = null, isExcluded = false) => ({
  kind: "text",
  tokens,
  part,
  isExcluded,
});
const field = (key: string, value: string, isExcluded = false) => ({
  kind: "field",
  key,
  value,
  isExcluded,
});

test.each([
  ["", []],
  ["  \t\n ", []],
  ["-", []],
  ['""', []],
  ["*", []],
  ["Order", [text(["order"])]],
  ["order  LOST", [text(["order"]), text(["lost"])]],
  ["order-17", [text(["order", "17"], "order-17")]],
  ["100%", [text(["100"], "100%")]],
  ["Ünï☃", [text(["Ünï☃"])]],
  ["-lost", [text(["lost"], null, true)]],
  ["warehou*", [text([], "warehou")]],
  ["*house", [text([], "house")]],
  ['"er was lo"', [text(["was"], "er was lo")]],
  ['-"was lost"', [text([], "was lost", true)]],
  ["order.id=17", [field("order.id", "17")]],
  ['user="Alice B"', [field("user", "Alice B")]],
  ['-user="Alice B" x', [field("user", "Alice B", true), text(["x"])]],
  ["order.id=", [text(["order", "id"], "order.id=")]],
  ["=17", [text(["17"], "=17")]],
  ["a=b=c", [field("a", "b=c")]],
  ["';DROP", [text(["drop"], "';drop")]],
  ["(.*)+$", [text([], "(.*)+$")]],
])("%j", (typed, terms) => {
  expect(readTerms(typed)).toEqual({ ok: true, terms });
});

test.each([
  ["x".repeat(1025), "must have at most 1024 characters"],
  ['say "hi', 'has a " that is not closed'],
  ["a\u0000b", "must have no control characters"],
  ["\u001b[31m", "must have no control characters"],
  ["w ".repeat(17), "must have at most 16 words"],
  ["a-".repeat(33), "must have at most 32 words"],
])("refused: %j", (typed, fault) => {
  expect(readTerms(typed)).toEqual({ ok: false, fault });
});
