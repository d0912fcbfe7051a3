// The same policy written in every way a file may be: quotes, brackets, blanks, comments, line ends.
import * as fc from "fast-check";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";

const BARE = [
  "alice",
  "GET",
  "/orders/1",
  "é",
  "a b",
  "a#b",
  "x;y",
  "a'b",
  "f(x)",
  "(a,b)",
  "eval",
  "p",
  "=",
  "\\",
];
const QUOTED = ["a,b", 'say "hi" now', "(a, b)", "#x", "a, b", "f(x,y)", "it's", "tab\there"];
const bare = fc.constantFrom(...BARE);
const fieldText = fc.oneof(
  { arbitrary: bare.map((value) => ({ value, text: value })), weight: 4 },
  fc.constantFrom(...QUOTED, ...BARE.slice(0, 6)).map((value) => ({
    value,
    text: `"${value.replaceAll('"', '""')}"`,
  })),
);
const blank = fc.constantFrom("", " ", "  ", "\t", " \t ");
/** A stray one is refused, or reads the same. */
const slip = fc.oneof(
  { arbitrary: fc.constant(""), weight: 120 },
  fc.constantFrom(",", '"', "(", ")", " #", ";"),
);

const padded = fc
  .tuple(blank, fieldText, blank)
  .map(([before, { text }, after]) => before + text + after);
const ruleLine = fc
  .tuple(fc.constantFrom("p", "p", '"p"', " p "), fc.tuple(padded, padded, padded), slip)
  .map(([ptype, fields, end]) => [ptype, ...fields].join(",") + end);
const filler = fc.constantFrom("", "  ", "# p, alice, GET, GET", "  # x", "#", "\t");
const lineEnd = fc.constantFrom("\n", "\r\n", " \n", "\n\n");
const rulesText = fc
  .tuple(
    fc.constantFrom("", "\uFEFF"),
    fc.array(fc.tuple(fc.oneof({ arbitrary: ruleLine, weight: 4 }, filler), lineEnd), {
      maxLength: 8,
    }),
    ruleLine,
  )
  .map(([start, lines, last]) => start + lines.flat().join("") + last);

/** Breaks a definition where blanks are free, with a backslash and any indentation. */
const broken = fc.constantFrom(" ", " \\\n  ", "\\\n", " \\\r\n\t", " \\\n# between\n ");
const comment = fc.constantFrom("", "", " # what", " ; what = that", "#");
const around = fc.constantFrom("=", " = ", "  =\t", "= ");

interface Definition {
  readonly section: string;
  readonly key: string;
  /** Parts between which a line may end. */
  readonly parts: readonly string[];
}

const matcherParts = fc.constantFrom(
  ["r.sub == p.sub", "&&", "r.obj == p.obj", "&& r.act == p.act"],
  ['r.act == "GET"', "||", "r.sub == p.sub &&", "r.obj == p.obj"],
  ["r.obj == p.obj", "&&", 'r.sub in ("alice", "a,b")'],
  ["!(r.sub == p.sub)", "&&", "r.act == 'GET'"],
);

function written({ section, key, parts }: Definition): fc.Arbitrary<string> {
  return fc
    .record({ cut: broken, sign: around, end: comment, line: lineEnd, lead: blank, before: filler })
    .map(({ cut, sign, end, line, lead, before }) => {
      const header = `${lead}[${section}]${end}${line}`;
      return `${before.startsWith("# p") ? "" : before}\n${header}${key}${sign}${parts.join(cut)}${end}${line}`;
    });
}

const modelText = fc
  .record({
    matcher: matcherParts,
    effect: fc.constantFrom(EFFECTS.allowOverride, EFFECTS.allowAndDeny),
  })
  .chain(({ matcher, effect }) => {
    const definitions: readonly Definition[] = [
      { section: "request_definition", key: "r", parts: ["sub,", "obj,", "act"] },
      { section: "policy_definition", key: "p", parts: ["sub, obj,", "act"] },
      { section: "policy_effect", key: "e", parts: [effect] },
      { section: "matchers", key: "m", parts: matcher },
    ];
    return fc
      .tuple(
        fc.constantFrom("", "\uFEFF", "# a model\n"),
        fc.tuple(...definitions.map(written)),
        fc.nat(3),
      )
      .map(
        ([start, [...texts], turn]) =>
          start + [...texts.slice(turn), ...texts.slice(0, turn)].join(""),
      );
  });

const asked = fc.constantFrom(...BARE, ...QUOTED, "", "(a", "b)", '"p"');

export const texts: fc.Arbitrary<PolicyCase> = fc.record({
  model: modelText,
  rules: rulesText,
  requests: requestsOf(fc.tuple(asked, asked, asked)),
});
