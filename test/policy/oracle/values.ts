// Matchers made at random: comparisons of strings and numbers, "in", negation, precedence, role terms.
import * as fc from "fast-check";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import { effect, eft } from "./words.ts";

/** Numbers as JavaScript reads them from strings, and what only looks like one. */
const word = fc.constantFrom(
  "5",
  "05",
  "5.0",
  "1e1",
  "10",
  "9",
  "0x10",
  "16",
  "Infinity",
  "NaN",
  "-1",
  "true",
  "1",
  "alice",
  "GET",
  "null",
  "undefined",
);
const askedWord = fc.oneof(
  { arbitrary: word, weight: 6 },
  fc.constantFrom("", " ", " 5 ", "é", "false", "0"),
);

const field = fc.constantFrom("r.sub", "r.obj", "r.act", "p.sub", "p.obj", "p.act");
const string = word.map((text) => `"${text}"`);
const number = fc.constantFrom("0", "1", "5", "9", "10", "16", "1.5");
const value = fc.oneof({ arbitrary: field, weight: 5 }, string, number);
const operator = fc.constantFrom("==", "==", "==", "!=", "<", "<=", ">", ">=");

/** No blank before a bracket: beside "in" casbin takes such brackets for a list. */
const comparison = fc
  .tuple(value, operator, value)
  .map(([one, sign, two]) => `${one} ${sign} ${two}`);
const equality = fc.constantFrom("sub", "obj", "act").map((column) => `r.${column} == p.${column}`);
const membership = fc
  .tuple(field, fc.array(string, { minLength: 2, maxLength: 3 }), fc.boolean())
  .map(([one, list, square]) =>
    square ? `(${one} in [${list.join(", ")}])` : `(${one} in (${list.join(", ")}))`,
  );
const role = fc.constantFrom("g(r.sub, p.sub)", "g(r.obj, p.obj)", "g(p.sub, r.act)");
const path = fc.constantFrom("keyMatch(r.obj, p.obj)", "keyMatch2(r.obj, p.obj)");
const term = fc.oneof(
  { arbitrary: equality, weight: 4 },
  { arbitrary: comparison, weight: 4 },
  membership,
  role,
  path,
  fc.constantFrom("true", "false"),
);

const { expression } = fc.letrec<{ readonly expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    term,
    term.map((one) => `!(${one})`),
    fc.tuple(tie("expression"), tie("expression")).map(([one, two]) => `${one}&&${two}`),
    fc.tuple(tie("expression"), tie("expression")).map(([one, two]) => `${one}||${two}`),
    tie("expression").map((inner) => `(${inner})`),
    tie("expression").map((inner) => `!(${inner})`),
  ),
}));

/** At least one term reads p; a matcher that doesn't is refused where there are rules. */
const matcher = fc
  .tuple(equality, fc.constantFrom("&&", "||"), expression, fc.boolean())
  .map(([first, sign, rest, turned]) =>
    turned ? `(${rest})${sign}${first}` : `${first}${sign}${rest}`,
  );

export const values: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc.record({ matcher, effect }).map(model),
  rules: fc
    .tuple(
      fc.array(fc.tuple(word, word, word, eft), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(word, word), { maxLength: 4 }),
    )
    .map(([rules, links]) =>
      [
        ...rules.map((fields) => `p, ${fields.join(", ")}`),
        ...links.map((link) => `g, ${link.join(", ")}`),
      ].join("\n"),
    ),
  requests: requestsOf(fc.tuple(askedWord, askedWord, askedWord)),
});
