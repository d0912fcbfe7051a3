// Models of several definitions: which r, p, e and m decide, each with columns, effect and order of its own.
import * as fc from "fast-check";
import { EFFECTS } from "../../../src/policy/model/model.ts";
import type { PolicyCase } from "./compare.ts";
import { requestsOf } from "./fuzz.ts";
import { act, askedAct, askedName, askedPath, eft, line, name, path } from "./words.ts";

const REQUESTS = [
  ["sub", "obj", "act"],
  ["act", "sub"],
  ["obj", "sub", "act"],
] as const;
const COLUMNS = [
  ["sub", "obj", "act", "eft"],
  ["sub", "obj", "act"],
  ["act", "sub", "eft"],
  ["priority", "sub", "act", "eft"],
  ["eft", "obj", "sub"],
] as const;
const FOLDS = [EFFECTS.allowOverride, EFFECTS.allowAndDeny, EFFECTS.priority, EFFECTS.denyOverride];
const ROLES = ["g", "g2"];
const MOST = 3;

const nth = fc.integer({ min: 1, max: MOST });
const nameOf = (letter: string, number: number): string =>
  number === 1 ? letter : `${letter}${number}`;

type Columns = readonly string[];

/** Terms over fields that both sides have. */
const TERMS: readonly ((r: string, p: string) => string)[] = [
  (r, p) => `${r}.sub == ${p}.sub`,
  (r, p) => `g(${r}.sub, ${p}.sub)`,
  (r, p) => `g2(${r}.act, ${p}.act)`,
  (r, p) => `${r}.act == ${p}.act`,
  (r, p) => `keyMatch2(${r}.obj, ${p}.obj)`,
  (r, p) => `${r}.obj == ${p}.obj || ${r}.sub == "root"`,
];

function has(columns: Columns, term: string, of: string): boolean {
  const fields = [...term.matchAll(/\b([rp]\d*)\.(\w+)/g)];
  return fields.every(([, definition, field = ""]) => definition !== of || columns.includes(field));
}

/** Reads one r and one p, of whatever number. */
function matcherOf(
  r: string,
  p: string,
  [request, policy]: readonly [Columns, Columns],
): fc.Arbitrary<string> {
  const known = TERMS.map((term) => term(r, p)).filter(
    (term) => has(request, term, r) && has(policy, term, p),
  );
  return fc
    .tuple(
      fc.shuffledSubarray(known, { minLength: 1, maxLength: Math.min(3, known.length) }),
      fc.constantFrom(" && ", " && ", " || "),
    )
    .map(([terms, sign]) => terms.map((term) => `(${term})`).join(sign));
}

interface Definitions {
  readonly requests: readonly Columns[];
  readonly policies: readonly Columns[];
  readonly effects: readonly string[];
  /** For each matcher, its r and its p. */
  readonly reads: readonly (readonly [number, number])[];
}

const definitions: fc.Arbitrary<Definitions> = fc.record({
  requests: fc.array(fc.constantFrom(...REQUESTS), { minLength: MOST, maxLength: MOST }),
  policies: fc.array(fc.constantFrom(...COLUMNS), { minLength: MOST, maxLength: MOST }),
  effects: fc.array(fc.constantFrom(...FOLDS), { minLength: MOST, maxLength: MOST }),
  reads: fc.array(fc.tuple(nth, nth), { minLength: MOST, maxLength: MOST }),
});

function listed(letter: string, values: readonly string[]): string {
  return values.map((value, at) => `${nameOf(letter, at + 1)} = ${value}`).join("\n");
}

function modelText(
  { requests, policies, effects }: Definitions,
  matchers: readonly string[],
): string {
  return [
    "[request_definition]",
    listed(
      "r",
      requests.map((columns) => columns.join(", ")),
    ),
    "[policy_definition]",
    listed(
      "p",
      policies.map((columns) => columns.join(", ")),
    ),
    "[role_definition]",
    ...ROLES.map((role) => `${role} = _, _`),
    "[policy_effect]",
    listed("e", effects),
    "[matchers]",
    listed("m", matchers),
  ].join("\n");
}

const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  sub: name,
  obj: fc.oneof(path, fc.constantFrom("/*", "/:id", "/orders/:id")),
  act,
  eft,
  priority: fc.integer({ min: -2, max: 9 }).map(String),
};
const ASKED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  sub: askedName,
  obj: askedPath,
  act: askedAct,
};

function ofColumns(columns: Columns, values: typeof VALUES): fc.Arbitrary<string[]> {
  return fc.tuple(...columns.map((column) => values[column] ?? fc.constant(column)));
}

/** Rules of all types, in any order, and links among them. */
function rulesOf({ policies }: Definitions): fc.Arbitrary<string> {
  const rule = fc.oneof(
    ...policies.map((columns, at) =>
      ofColumns(columns, VALUES).map((fields) => line(nameOf("p", at + 1), fields)),
    ),
  );
  const link = fc.oneof(
    fc.tuple(name, name).map((fields) => line("g", fields)),
    fc.tuple(act, act).map((fields) => line("g2", fields)),
  );
  return fc
    .array(fc.oneof({ arbitrary: rule, weight: 4 }, link), { minLength: 6, maxLength: 24 })
    .map((lines) => lines.join("\n"));
}

export const contexts: fc.Arbitrary<PolicyCase> = fc
  .tuple(definitions, nth, nth)
  .chain(([made, m, e]) => {
    const matchers = made.reads.map(([r, p]) =>
      matcherOf(nameOf("r", r), nameOf("p", p), [
        made.requests[r - 1] ?? [],
        made.policies[p - 1] ?? [],
      ]),
    );
    const [r, p] = made.reads[m - 1] ?? [1, 1];
    const all = [nameOf("r", r), nameOf("p", p), nameOf("e", e), nameOf("m", m)];
    const isOne = [r, p, e].every((number) => number === m) && m > 1;
    return fc.record({
      model: fc.tuple(...matchers).map((texts) => modelText(made, texts)),
      rules: rulesOf(made),
      context: fc.constant(isOne ? String(m) : all.join(",")),
      requests: requestsOf(ofColumns(made.requests[r - 1] ?? [], ASKED)),
    });
  });
