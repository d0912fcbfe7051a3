// Sequences of edits: after each, weir reloaded decides as casbin reloaded; where casbin edited live does not, it is named.
import { type Enforcer, newEnforcer, newModel, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EFFECTS } from "../../src/policy/model/model.ts";
import { compare } from "./oracle/compare.ts";
import { FUZZ_FACTOR, FUZZ_TIMEOUT_MS } from "./oracle/fuzz.ts";
import { act, askedPath, eft, line, name, path } from "./oracle/words.ts";
import { loaded, model } from "./support.ts";

interface Edit {
  readonly kind: "add" | "remove" | "change" | "link" | "unlink";
  readonly rule: readonly string[];
  readonly link: readonly string[];
  /** Which of those that are there. */
  readonly nth: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom<Edit["kind"][]>("add", "add", "remove", "change", "link", "link", "unlink"),
  rule: fc.tuple(name, path, act, eft),
  link: fc.tuple(name, name),
  nth: fc.nat(20),
});

/** The rules as a file would have them, each once: casbin's API takes none twice. */
interface File {
  readonly rules: (readonly string[])[];
  readonly links: (readonly string[])[];
}

const same = (one: readonly string[]) => (other: readonly string[]) => one.join() === other.join();
const textOf = ({ rules, links }: File): string =>
  [...rules.map((fields) => line("p", fields)), ...links.map((link) => line("g", link))].join("\n");

type Apply = (edit: Edit, file: File, live: Enforcer) => Promise<unknown>;

/** In the file and in the living enforcer. */
const APPLY: Readonly<Record<Edit["kind"], Apply>> = {
  add: async ({ rule }, { rules }, live) => {
    if (rules.some(same(rule))) return;
    rules.push(rule);
    await live.addPolicy(...rule);
  },
  remove: async ({ nth }, { rules }, live) => {
    if (rules.length === 1) return;
    const [gone = []] = rules.splice(nth % rules.length, 1);
    await live.removePolicy(...gone);
  },
  change: async ({ rule, nth }, { rules }, live) => {
    const old = rules[nth % rules.length];
    if (old === undefined || rules.some(same(rule))) return;
    rules[nth % rules.length] = rule;
    await live.updatePolicy([...old], [...rule]);
  },
  link: async ({ link }, { links }, live) => {
    if (links.some(same(link))) return;
    links.push(link);
    await live.addGroupingPolicy(...link);
  },
  unlink: async ({ nth }, { links }, live) => {
    if (links.length === 0) return;
    const [gone = []] = links.splice(nth % links.length, 1);
    await live.removeGroupingPolicy(...gone);
  },
};

describe("after every edit of a sequence", () => {
  it.each(Object.values(EFFECTS).filter((effect) => effect !== EFFECTS.subjectPriority))(
    "with %s",
    { timeout: FUZZ_TIMEOUT_MS },
    async (effect) => {
      const text = model({
        effect,
        matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act",
      });
      const asked = fc.array(fc.tuple(name, askedPath, act), { minLength: 4, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(edit, { minLength: 1, maxLength: 12 }),
          asked,
          async (edits, requests) => {
            const file: File = { rules: [["root", "/", "GET", "allow"]], links: [] };
            const live = await newEnforcer(newModel(text), new StringAdapter(textOf(file)));
            live.enableAutoSave(false);
            for (const each of edits) {
              await APPLY[each.kind](each, file, live);
              const now = textOf(file);
              await compare({ model: text, rules: now, requests });
              const again = await newEnforcer(newModel(text), new StringAdapter(now));
              const answers = (casbin: Enforcer): unknown[] =>
                requests.map((request) => casbin.enforceExSync(...request));
              expect(answers(live)).toEqual(answers(again));
            }
          },
        ),
        { numRuns: 25 * FUZZ_FACTOR },
      );
    },
  );
});

/** Where casbin 5.51 edited live decides otherwise than casbin that read the same rules: weir follows the file. */
interface Inconsistency {
  readonly name: string;
  readonly model: Parameters<typeof model>[0];
  readonly rules: readonly string[];
  readonly edit: (live: Enforcer) => Promise<unknown>;
  /** The file after the edit. */
  readonly after: readonly string[];
  readonly request: readonly string[];
  readonly live: boolean;
}

const PRIORITY = {
  policy: "priority, sub, obj, act, eft",
  effect: EFFECTS.priority,
  matcher: "r.sub == p.sub",
};
const KNOWN: readonly Inconsistency[] = [
  {
    name: "a priority is inserted in the order of texts",
    model: PRIORITY,
    rules: ["p, 9, a, x, y, allow"],
    edit: (live) => live.addPolicy("10", "a", "x", "y", "deny"),
    after: ["p, 9, a, x, y, allow", "p, 10, a, x, y, deny"],
    request: ["a", "x", "y"],
    live: false,
  },
  {
    name: "the greatest priority is inserted before the last rule",
    model: PRIORITY,
    rules: ["p, 1, a, x, y, allow"],
    edit: (live) => live.addPolicy("2", "a", "x", "y", "deny"),
    after: ["p, 1, a, x, y, allow", "p, 2, a, x, y, deny"],
    request: ["a", "x", "y"],
    live: false,
  },
  {
    name: "an added rule is not sorted by its subject",
    model: { effect: EFFECTS.subjectPriority, matcher: "g(r.sub, p.sub)" },
    rules: ["p, role, x, y, allow", "g, a, role"],
    edit: (live) => live.addPolicy("a", "x", "y", "deny"),
    after: ["p, role, x, y, allow", "p, a, x, y, deny", "g, a, role"],
    request: ["a", "x", "y"],
    live: true,
  },
];

describe("known inconsistencies of casbin with itself", () => {
  it.each(KNOWN)(
    "$name",
    async ({ model: parts, rules, edit: change, after, request, live: lives }) => {
      const text = model(parts);
      const live = await newEnforcer(newModel(text), new StringAdapter(rules.join("\n")));
      await change(live);
      expect(live.enforceSync(...request)).toBe(lives);
      const again = await newEnforcer(newModel(text), new StringAdapter(after.join("\n")));
      expect(again.enforceSync(...request)).toBe(!lives);
      const { decide } = await loaded(text, after.join("\n"));
      expect(decide(request).effect === "allow").toBe(!lives);
    },
  );

  it("extra columns of a g rule make two rules one link, and are refused", async () => {
    const text = model({ matcher: "g(r.sub, p.sub)" });
    const rules = "p, admin, x, y\ng, a, admin, one\ng, a, admin, two";
    const live = await newEnforcer(newModel(text), new StringAdapter(rules));
    await live.removeGroupingPolicy("a", "admin", "one");
    expect(live.enforceSync("a", "x", "y")).toBe(false);
    const again = await newEnforcer(
      newModel(text),
      new StringAdapter(rules.replace("g, a, admin, one\n", "")),
    );
    expect(again.enforceSync("a", "x", "y")).toBe(true);
    await expect(loaded(text, rules)).rejects.toThrow("a g rule has 2 fields");
  });
});
