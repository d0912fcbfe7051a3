// Any text as model, rules or request: an answer or a fault with its place, in time, and never a looser policy.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPolicy, type PolicyLoad } from "../../src/policy/load.ts";
import type { RequestTuple } from "../../src/policy/request/tuple.ts";
import { compare } from "./oracle/compare.ts";
import { loaded, MODEL, model, RULES, sourceOf } from "./support.ts";
import { workedMs } from "../support/worked-ms.ts";

/** A load of 64 KB takes some milliseconds when the machine is quiet. */
const MAX_LOAD_MS = 1000;

async function loadInTime(modelText: string, rulesText: string): Promise<PolicyLoad> {
  const started = workedMs();
  const load = await loadPolicy(sourceOf(modelText, rulesText), { request: null });
  expect(workedMs() - started).toBeLessThan(MAX_LOAD_MS);
  if (load.ok) return load;
  expect(load.faults.length).toBeGreaterThan(0);
  for (const { file, line, message } of load.faults) {
    const text = file === "model.conf" ? modelText : rulesText;
    expect(line).toBeLessThanOrEqual(text.split("\n").length);
    expect(message.length).toBeGreaterThan(0);
  }
  return load;
}

const EQUAL = "r.sub == p.sub";
const many = (count: number, line: (nth: number) => string): string =>
  Array.from({ length: count }, (_, nth) => line(nth)).join("\n");

describe("models of 64 KB end in time, and are refused", () => {
  it.each([
    ["brackets that open", "(".repeat(65_000)],
    ["brackets that open and close", `${"(".repeat(32_000)}${EQUAL}${")".repeat(32_000)}`],
    ["brackets, as deep as is not allowed", `${"(".repeat(200)}${EQUAL}${")".repeat(200)}`],
    ["negations", `${"!".repeat(60_000)}(${EQUAL})`],
    ["negations in brackets", `${"!(".repeat(500)}${EQUAL}${")".repeat(500)}`],
    ["signs", "-".repeat(60_000)],
    ["a chain of &&", Array.from({ length: 4000 }, () => EQUAL).join(" && ")],
    [
      "a product of alternatives",
      Array.from({ length: 1500 }, () => `(${EQUAL}||r.act==p.act)`).join("&&"),
    ],
    ["a chain of ==", Array.from({ length: 6000 }, () => "r.sub").join("==")],
    ["ternaries", `${"true ? ".repeat(8000)}${EQUAL}`],
    ["nested lists", `r.sub in ${"[".repeat(50_000)}`],
    ["nested calls", "g(".repeat(30_000)],
    ["arguments", `g(${"r.sub,".repeat(10_000)}r.sub)`],
    ["an open string", `r.sub == "${"\\".repeat(60_001)}`],
    ["equals signs", "=".repeat(60_000)],
    ["a lone surrogate", "\ud800"],
    ["a control character", "r.sub == p.sub\u0000"],
    ["a fullwidth letter", "ｒ.sub == p.sub"],
  ])("%s", async (_, matcher) => {
    const load = await loadInTime(model({ matcher }).slice(0, 65_536), "p, a, /x, GET\n");
    expect(load.ok).toBe(false);
  });

  it.each([
    ["definitions", many(6000, (nth) => `m${nth} = 1`)],
    ["sections", many(6000, (nth) => `[s${nth}]`)],
    ["one section again and again", many(3000, () => "[matchers]")],
    ["lines without sense", many(6000, () => "x")],
    ["a model too long", " ".repeat(70_000)],
  ])("%s", async (_, text) => {
    expect((await loadInTime(`${MODEL}${text}`, RULES)).ok).toBe(false);
  });
});

describe("rules of 64 KB end in time, and are refused", () => {
  it.each([
    ["commas", `p${",".repeat(65_000)}`],
    ["quotes", `p,"${'""'.repeat(32_000)}`],
    ["quotes and blanks", `p,${'" '.repeat(32_000)}`],
    ["brackets", `p,${"(".repeat(65_000)}`],
    ["brackets and commas", `p,${"(,".repeat(32_000)}`],
    ["a long field", `p, ${"a".repeat(65_000)}, /x, GET`],
    ["many short lines", many(30_000, () => "p")],
    ["unknown types", many(10_000, (nth) => `p${nth}, a`)],
    ["parameters that run together", `p, a, ${"/:a:b".repeat(200)}, GET`],
    ["a parameter without a name", `p, a, ${"/:/".repeat(300)}, GET`],
  ])("%s", async (_, rules) => {
    expect((await loadInTime(MODEL, rules)).ok).toBe(false);
  });

  it.each(["(".repeat(1000), "(?:){100000000}", "((a{100}){100}){100}", "[".repeat(1000)])(
    "the regular expression %s",
    async (pattern) => {
      const text = model({ matcher: "regexMatch(r.obj, p.obj) && r.sub == p.sub" });
      expect((await loadInTime(text, `p, a, "${pattern}", GET`)).ok).toBe(false);
    },
  );

  it("a circle of 5,000 roles is read in time, and asked in time", async () => {
    const text = model({ matcher: "g(r.sub, p.sub)" });
    const links = many(5000, (nth) => `g, r${nth}, r${(nth + 1) % 5000}`);
    const load = await loadInTime(text, `p, r9, /x, GET\n${links}`);
    if (!load.ok) return;
    const started = workedMs();
    expect(load.snapshot.decide(["r4990", "", ""]).effect).toBe("deny");
    expect(load.snapshot.decide(["r0", "", ""]).effect).toBe("allow");
    expect(workedMs() - started).toBeLessThan(MAX_LOAD_MS);
  });
});

describe("names that JavaScript knows are words like others", () => {
  const WORDS = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", "prototype"];

  it.each(WORDS)("%s as subject, role, domain, field", async (word) => {
    const other = word === "__proto__" ? "constructor" : "__proto__";
    const text = model({
      request: `${word}, dom, act`,
      policy: `${word}, dom, act, eft`,
      roles: "g = _, _, _",
      matcher: `g(r.${word}, p.${word}, r.dom) && r.dom == p.dom && r.act == p.act`,
    });
    const { decide } = await loaded(text, `p, ${word}, ${other}, GET\ng, alice, ${word}, ${other}`);
    expect(decide([word, other, "GET"]).effect).toBe("allow");
    expect(decide(["alice", other, "GET"]).effect).toBe("allow");
    expect(decide(["alice", word, "GET"]).effect).toBe("deny");
    for (const asked of WORDS) {
      expect(decide([asked, other, "GET"]).effect).toBe(asked === word ? "allow" : "deny");
    }
  });

  it.each([
    ["an object's own text", "p, toString, /x, GET", ["toString", "/x", "GET"], "allow"],
    ["what is not there", "p, toString, /x, GET", ["valueOf", "/x", "GET"], "deny"],
  ])("%s", async (...[, rules, request, effect]) => {
    const { decide } = await loaded(model({ matcher: EQUAL }), rules);
    expect(decide(request).effect).toBe(effect);
  });
});

/** What editors, merges and bad copies do to a file, and what an attacker would try. */
const INSERTED =
  "( ) , \" ' # ; \\ [ ] = == && || ! \n \r \t eval( in r.sub p. r. p.eft true 1 * / : { } deny allow \u0000 \ufeff \u200b \u2028 \ud800 😀 __proto__ constructor g p e m || true".split(
    " ",
  );

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  kind: fc.constantFrom(
    "delete",
    "insert",
    "swap",
    "double",
    "delete line",
    "double line",
    "swap lines",
  ),
  text: fc.constantFrom(...INSERTED),
});

interface Change {
  readonly at: number;
  readonly kind: string;
  readonly text: string;
}

function changed(original: string, { at, kind, text }: Change): string {
  const byLine = kind.endsWith("line") || kind.endsWith("lines");
  const parts = byLine ? original.split("\n") : Array.from(original);
  const place = Math.floor(at * parts.length);
  const [here = "", next = ""] = parts.slice(place);
  if (kind === "insert") parts.splice(place, 0, text);
  else if (kind.startsWith("delete")) parts.splice(place, 1);
  else if (kind.startsWith("double")) parts.splice(place, 0, here);
  else parts.splice(place, 2, next, here);
  return parts.join(byLine ? "\n" : "");
}

const POLICIES: readonly (readonly [string, string])[] = [
  [MODEL, RULES],
  [
    model({
      request: "sub, dom, obj, act",
      policy: "sub, dom, obj, act",
      roles: "g = _, _, _\ng2 = _, _",
      effect: "some(where (p.eft == allow))",
      matcher: 'g(r.sub, p.sub, r.dom) && r.dom == p.dom && (g2(r.obj, p.obj) || r.sub == "root")',
    }),
    'p, admin, d1, (a, b), GET\n# no\np, "x, y", d2, /orders, GET\ng, alice, admin, d1\ng2, /orders, (a, b)\n',
  ],
  [
    model({
      policy: "priority, sub, obj, act, eft",
      effect: "priority(p.eft) || deny",
      matcher: 'r.sub == p.sub && keyMatch3(r.obj, p.obj) && r.act in ("GET", "POST")',
    }),
    "p, 10, alice, /orders/{id}, GET, allow\np, 1, alice, /orders/1, GET, deny\n",
  ],
];

const changes = fc.array(change, { minLength: 1, maxLength: 3 });
/** Model or rules, or both. */
const damaged = fc
  .record({
    policy: fc.constantFrom(...POLICIES),
    onModel: fc.oneof(changes, fc.constant<Change[]>([])),
    onRules: changes,
    spared: fc.boolean(),
  })
  .map(({ policy: [modelText, rulesText], onModel, onRules, spared }) => {
    const model: readonly Change[] = onModel;
    const rules: readonly Change[] = spared && onModel.length > 0 ? [] : onRules;
    return [model.reduce(changed, modelText), rules.reduce(changed, rulesText)] as const;
  });

describe("a file that was damaged", () => {
  it("is refused with its place, or decides as casbin does by the same text", async () => {
    const word = fc.constantFrom(
      "alice",
      "dave",
      "admin",
      "/orders",
      "/orders/1",
      "GET",
      "d1",
      "",
      "(a,b)",
      "root",
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        damaged,
        fc.array(fc.tuple(word, word, word, word), { minLength: 5, maxLength: 20 }),
        async ([damagedModel, damagedRules], requests) => {
          const load = await loadInTime(damagedModel, damagedRules);
          if (!load.ok) return;
          accepted += 1;
          const width = load.policy.model.request.length;
          const asked = requests.map((request) => request.slice(0, width));
          if (width > 4) return;
          await compare({ model: damagedModel, rules: damagedRules, requests: asked });
        },
      ),
      { numRuns: 1500, endOnFailure: false },
    );
    expect(accepted).toBeGreaterThan(150);
  });

  it("of random text is refused in time", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(fc.constantFrom(...INSERTED), { maxLength: 60 }).map((words) => words.join(" ")),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        expect((await loadInTime(one, other)).ok).toBe(false);
        await loadInTime(MODEL, other);
        await loadInTime(model({ matcher: one }), RULES);
      }),
      { numRuns: 500 },
    );
  });
});

describe("requests of any shape", () => {
  const odd: fc.Arbitrary<unknown> = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom<unknown>(
      "\ud800",
      "\0",
      "x".repeat(8192),
      "x".repeat(8193),
      "/".repeat(8192),
      "alice",
    ),
    fc.constantFrom<unknown>(
      undefined,
      null,
      1,
      Number.NaN,
      true,
      {},
      [],
      Symbol("x"),
      () => "alice",
      1n,
    ),
    fc.constant({ toString: () => "alice", sub: "alice" }),
    fc.object({ maxDepth: 2 }),
  );

  it("are decided or an error, at once, and never thrown at", async () => {
    const { decide } = await loaded(MODEL, RULES);
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 5 }), (fields) => {
        const started = workedMs();
        const decision = decide(fields as unknown as RequestTuple);
        expect(workedMs() - started).toBeLessThan(MAX_LOAD_MS);
        if (fields.length !== 3) expect(decision.effect).toBe("error");
        if (decision.effect === "allow") expect(fields[0]).toBe("alice");
        expect(decision.permit === null).toBe(decision.effect !== "allow");
      }),
      { numRuns: 3000 },
    );
  });
});
