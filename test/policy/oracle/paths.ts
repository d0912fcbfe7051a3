// Patterns of every matching function, made of pieces, and requests made to fit them or nearly so.
import * as fc from "fast-check";
import { model } from "../support.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import { act, askedAct, askedPath, effect, eft, name } from "./words.ts";

const PLAIN = ["orders", "1", "items", "a.b", "v1", "é", "Orders", "x%2Fy", "a-b", "__proto__"];
/** What each function takes for more than it says; some of it is refused. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  keyMatch: ["*", "*", "ord*", "a*b", ":id", "{id}", "", "**"],
  keyMatch2: [
    "*",
    ":id",
    ":id",
    ":a:b",
    ":id.json",
    "ord*",
    "x:y",
    "a+",
    "(b)",
    "[ab]",
    "a|b",
    "",
    ":",
    "$",
    "\\.",
    "a?",
  ],
  keyMatch3: [
    "*",
    "{id}",
    "{id}",
    "{a}{b}",
    "{id}.json",
    "x{y}",
    "ord*",
    "a+",
    "(b)",
    "",
    "{",
    "{}",
  ],
  keyMatch4: ["*", "{id}", "{id}", "{no}", "x{id}", "ord*", "a.c", "(b)", ""],
  keyMatch5: ["*", "{id}", "{id}", "{a}{b}", "ord*", "a.c", "", "{x"],
  regexMatch: ["[0-9]+", ".*", "(orders|items)", "a?", "\\d", "$", "^", "[^/]+", "x{2}", "(", ")"],
  globMatch: ["*", "**", "?", "ord*", "[a-z]", "[!o]", ".x", "", "a.b"],
};
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  keyMatch: ["*", "/*", "orders", "/"],
  keyMatch2: ["*", "/*", "/", "/orders/:id/*", "orders/:id"],
  keyMatch3: ["/*", "/", "{id}", "/orders/{id}/{id}"],
  keyMatch4: ["/*", "/{id}/child/{id}", "/{id}/child/{id}/{no}"],
  keyMatch5: ["/*", "/orders?x", "/{id}/items"],
  regexMatch: ["^/orders$", "GET", ".", "^/(a|b)/", "items$"],
  globMatch: ["*", "/*", "*/orders", "!/orders", "#/orders", "/**/items"],
};
const FUNCTIONS = Object.keys(SPECIAL);

function patternOf(functionName: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...PLAIN),
    fc.constantFrom(...(SPECIAL[functionName] ?? [])),
  );
  const made = fc
    .array(piece, { minLength: 1, maxLength: 4 })
    .map((pieces) => `/${pieces.join("/")}`);
  return fc.oneof({ arbitrary: made, weight: 5 }, fc.constantFrom(...(WHOLE[functionName] ?? [])));
}

/** A path of the pattern's shape, with something in place of each parameter and star. */
function pathLike(patterns: readonly string[]): fc.Arbitrary<string> {
  const filling = fc.constantFrom("1", "2", "", "a/b", "x", "1?q=/2", "é", "a\nb", ".x");
  const ending = fc.constantFrom("", "", "", "/", "?x=1", "/more", "\n");
  return fc
    .tuple(fc.constantFrom(...patterns), fc.array(filling, { minLength: 4, maxLength: 4 }), ending)
    .map(([pattern, fillings, end]) => {
      let at = 0;
      const next = (): string => fillings[at++ % fillings.length] ?? "";
      return (
        pattern.replace(/:[^/]+|\{[^/]*\}|\*+|\[[^\]]*\]\+?/g, next).replaceAll("\\", "") + end
      );
    });
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

const MATCHERS: readonly ((call: string) => string)[] = [
  (call) => `g(r.sub, p.sub) && ${call} && (r.act == p.act || p.act == "*")`,
  (call) => `${call} && r.sub == p.sub`,
  (call) => `r.act == p.act && !${call}`,
  (call) => `r.sub == "root" || ${call} && g(r.sub, p.sub)`,
  (call) => `${call} || keyMatch(r.obj, p.obj) && r.act == p.act`,
];

/** Casbin's globMatch and braces may throw or hang on what weir refuses; only accepted ones are compared. */
export const paths: fc.Arbitrary<PolicyCase> = fc
  .constantFrom(...FUNCTIONS)
  .chain((functionName) =>
    fc.record({
      functionName: fc.constant(functionName),
      patterns: fc.array(patternOf(functionName), { minLength: 1, maxLength: 5 }),
      matcher: fc.constantFrom(...MATCHERS),
      effect,
    }),
  )
  .chain(({ functionName, patterns, matcher, effect: folded }) => {
    const rule = fc
      .tuple(name, fc.constantFrom(...patterns), act, eft)
      .map(([sub, obj, method, outcome]) => `p, ${sub}, ${quoted(obj)}, ${method}, ${outcome}`);
    const call = `${functionName}(r.obj, p.obj)`;
    return fc.record({
      model: fc.constant(model({ matcher: matcher(call), effect: folded })),
      rules: fc
        .tuple(
          fc.array(rule, { minLength: 1, maxLength: 12 }),
          fc.array(fc.tuple(name, name), { maxLength: 3 }),
        )
        .map(([rules, links]) =>
          [...rules, ...links.map(([one, two]) => `g, ${one}, ${two}`)].join("\n"),
        ),
      requests: requestsOf(
        fc.tuple(name, fc.oneof({ arbitrary: pathLike(patterns), weight: 3 }, askedPath), askedAct),
      ),
    });
  });

/** keyGet and keyGet2 give a value to compare. */
export const pathValues: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({
      effect,
      matcher: fc.constantFrom(
        "keyGet(r.obj, p.obj) == r.act",
        'keyGet2(r.obj, p.obj, "id") == r.act && r.sub == p.sub',
        "keyGet2(r.obj, p.obj, p.act) != r.sub",
        'r.sub == p.sub && keyGet(r.obj, "/orders/*") == r.act',
      ),
    })
    .map(model),
  rules: fc
    .array(
      fc.tuple(
        name,
        fc.constantFrom("/orders/:id", "/orders/*", "/:id/:no", "*", "/x"),
        fc.constantFrom("id", "no"),
        eft,
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((rules) => rules.map((fields) => `p, ${fields.join(", ")}`).join("\n")),
  requests: requestsOf(
    fc.tuple(
      name,
      fc.constantFrom("/orders/1", "/orders/1/2", "/orders/", "/1/alice", "", "/x"),
      fc.constantFrom("1", "", "id", "alice"),
    ),
  ),
});

const ADDRESSES = [
  "10.1.2.3",
  "10.0.0.0",
  "10.255.255.255",
  "192.168.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "::1",
  "::",
  "2001:db8::1",
  "2001:DB8:0:0:0:0:0:1",
  "::ffff:10.1.2.3",
  "fe80::1",
];
const NO_ADDRESSES = [
  "",
  "unknown",
  "10.1.2",
  "10.1.2.3.4",
  "1.2.3.4/32",
  "::g",
  "10.1.2.256",
  "[::1]",
];
const BLOCKS = [
  "10.0.0.0/8",
  "10.1.2.3",
  "0.0.0.0/0",
  "10.1.2.3/32",
  "192.168.0.0/16",
  "::1",
  "::/0",
  "2001:db8::/32",
  "2001:db8::1/128",
  "::ffff:10.0.0.0/104",
  "fe80::/10",
  "10.0.0.0/33",
  "10.0.0",
  "2001:0DB8::1",
];

/** Casbin throws at what is no address, in every rule it reaches; weir in those that its index gives. */
export const addresses: fc.Arbitrary<PolicyCase> = fc.record({
  model: fc
    .record({
      effect,
      matcher: fc.constantFrom(
        "ipMatch(r.obj, p.obj) && r.sub == p.sub",
        "r.sub == p.sub && ipMatch(r.obj, p.obj)",
        'g(r.sub, p.sub) && (r.act == "GET" || ipMatch(r.obj, p.obj))',
        'r.sub == p.sub && !ipMatch(r.obj, "10.0.0.0/8") || ipMatch(r.obj, p.obj)',
      ),
    })
    .map(model),
  rules: fc
    .array(fc.tuple(name, fc.constantFrom(...BLOCKS.slice(0, 11)), act, eft), {
      minLength: 1,
      maxLength: 6,
    })
    .chain((rules) =>
      fc
        .constantFrom(...BLOCKS)
        .map((last) =>
          [...rules, ["root", last, "GET", "allow"]]
            .map((fields) => `p, ${fields.join(", ")}`)
            .join("\n"),
        ),
    ),
  requests: requestsOf(
    fc.tuple(
      name,
      fc.oneof(
        { arbitrary: fc.constantFrom(...ADDRESSES), weight: 4 },
        fc.constantFrom(...NO_ADDRESSES),
      ),
      askedAct,
    ),
  ),
});
