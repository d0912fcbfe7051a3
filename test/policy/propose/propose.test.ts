// Proposals: all that was allowed stays so, in weir and in casbin; little more is, and nothing that was denied if it can be helped.
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lintPolicy } from "../../../src/policy/lint/lint.ts";
import { loadPolicy } from "../../../src/policy/load.ts";
import { createObserver, type TupleShape } from "../../../src/policy/propose/observe.ts";
import { modelText, rulesText } from "../../../src/policy/propose/proposal-text.ts";
import { type Proposal, propose } from "../../../src/policy/propose/proposal.ts";
import type { PolicySnapshot } from "../../../src/policy/snapshot.ts";
import type { PolicySource } from "../../../src/policy/source.ts";
import { group } from "../recorded-group.ts";

const SHAPE: TupleShape = { subject: 0, path: 1, method: 2 };
const REQUEST = ["identity.subject", "request.path", "request.method"];

type Seen = readonly [subject: string, method: string, path: string, decision?: "allow" | "deny"];

function observe(seen: readonly Seen[], minSupport = 1): Proposal {
  const observer = createObserver(SHAPE);
  for (const [subject, method, path, decision = "allow"] of seen) {
    expect(observer.add(group({ request: [subject, path, method], decision }))).toBe(true);
  }
  return propose(observer.observed(), minSupport);
}

function sourceOf(proposal: Proposal): PolicySource {
  const options = { shape: SHAPE, request: REQUEST, since: "a", until: "b" };
  const rules = rulesText(proposal, options);
  return { modelText: modelText(SHAPE), modelFile: "m", rulesText: rules, rulesFile: "p" };
}

async function load(proposal: Proposal): Promise<PolicySnapshot> {
  const source = sourceOf(proposal);
  const result = await loadPolicy(source, { request: REQUEST });
  if (!result.ok) throw new Error(JSON.stringify([result.faults, source.rulesText]));
  return result.snapshot;
}

/** Its rules and links, without comments. */
function linesOf(proposal: Proposal): string[] {
  return sourceOf(proposal)
    .rulesText.split("\n")
    .filter((line) => /^[pg],/.test(line));
}

describe("templates", () => {
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  test.each<[string, readonly string[], readonly string[]]>([
    ["numbers are ids", ["/orders/1", "/orders/22"], ["/orders/:id"]],
    [
      "UUIDs, hex and tokens, too",
      [`/a/${uuid}`, "/a/deadbeef01", "/a/01ARZ3NDEKTSV4RRFFQ69G5FAV"],
      ["/a/:id"],
    ],
    ["words are not", ["/a/defaced", "/a/facade", "/a/v1"], ["/a/defaced", "/a/facade", "/a/v1"]],
    ["several in one path", ["/a/1/b/2"], ["/a/:id/b/:id"]],
    [
      "what is below an id stays apart",
      ["/a/1", "/a/1/b", "/a/2/c"],
      ["/a/:id", "/a/:id/b", "/a/:id/c"],
    ],
    ["the root", ["/"], ["/"]],
    ["a slash at the end", ["/a/"], ["/a/"]],
    [
      "signs that patterns use",
      ["/a.b/x+y", "/v1:run", "/*", "/a(b)"],
      ["/\\x2a", "/a.b/x+y", "/a\\x28b\\x29", "/v1\\x3arun"].map((each) =>
        each.replace("a.b", "a\\.b").replace("x+y", "x\\+y"),
      ),
    ],
  ])("%s", (_, paths, patterns) => {
    const proposal = observe(paths.map((path) => ["alice", "GET", path]));
    expect(
      proposal.holders.flatMap(({ rules }) => rules.map(({ pattern }) => pattern)).sort(),
    ).toEqual([...patterns].sort());
  });

  test("many names under one prefix are ids where the same is below them", () => {
    const names = Array.from(
      { length: 60 },
      (_, at) => `n${String.fromCharCode(97 + (at % 26))}x${"y".repeat(at)}`,
    );
    const seen = names.flatMap((name): Seen[] => [
      ["alice", "GET", `/users/${name}`],
      ["alice", "GET", `/users/${name}/posts`],
    ]);
    expect(linesOf(observe(seen))).toEqual([
      "p, alice, /users/:id, GET",
      "p, alice, /users/:id/posts, GET",
    ]);
  });

  test("but not at the first segment, nor where each has its own below it", () => {
    const names = Array.from({ length: 60 }, (_, at) => `s${"y".repeat(at + 1)}`);
    expect(linesOf(observe(names.map((name): Seen => ["a", "GET", `/${name}`])))).toHaveLength(60);
    const own = names.map((name): Seen => ["a", "GET", `/api/${name}/of${name}`]);
    expect(linesOf(observe(own))).toHaveLength(60);
  });

  test("without bound they are, wherever they stand", () => {
    const seen = Array.from({ length: 3000 }, (_, at): Seen => [
      "a",
      "GET",
      `/x${"abcdefghij"[at % 10]}${at.toString(36)}-${at}`,
    ]);
    expect(linesOf(observe(seen))).toEqual(["p, a, /:id, GET"]);
  });
});

describe("what was denied", () => {
  test("a template that would grant it to the same caller is listed path by path", async () => {
    const proposal = observe([
      ["alice", "GET", "/orders/1"],
      ["alice", "GET", "/orders/2"],
      ["alice", "GET", "/orders/3", "deny"],
      ["bob", "GET", "/orders/9"],
    ]);
    expect(linesOf(proposal)).toEqual([
      "p, alice, /orders/1, GET",
      "p, alice, /orders/2, GET",
      "p, bob, /orders/:id, GET",
    ]);
    expect(proposal.conflicts).toEqual([
      {
        subject: "alice",
        method: "GET",
        pattern: "/orders/:id",
        denied: "/orders/3",
        resolved: true,
      },
    ]);
    expect((await load(proposal)).decide(["alice", "/orders/3", "GET"]).effect).toBe("deny");
  });

  test("of other methods, or in other depths, changes nothing", () => {
    const proposal = observe([
      ["alice", "GET", "/orders/1"],
      ["alice", "DELETE", "/orders/3", "deny"],
      ["alice", "GET", "/orders/3/items", "deny"],
    ]);
    expect(linesOf(proposal)).toEqual(["p, alice, /orders/:id, GET"]);
    expect(proposal.conflicts).toEqual([]);
  });

  test("with too many paths to list, the template stays and says so", () => {
    const many = Array.from({ length: 40 }, (_, at): Seen => ["alice", "GET", `/orders/${at}`]);
    const proposal = observe([...many, ["alice", "GET", "/orders/99", "deny"]]);
    expect(linesOf(proposal)).toEqual(["p, alice, /orders/:id, GET"]);
    expect(proposal.conflicts).toMatchObject([{ denied: "/orders/99", resolved: false }]);
  });
});

describe("roles", () => {
  test("callers alike share one, and anonymous stands where it is like them", () => {
    const seen = ["alice", "bob", "carol"].flatMap((name): Seen[] => [
      [name, "GET", "/orders"],
      [name, "POST", "/orders"],
    ]);
    expect(linesOf(observe([...seen, ["anonymous", "GET", "/open"]]))).toEqual([
      "p, role:orders-user, /orders, GET",
      "p, role:orders-user, /orders, POST",
      "g, alice, role:orders-user",
      "g, bob, role:orders-user",
      "g, carol, role:orders-user",
      "p, anonymous, /open, GET",
    ]);
  });

  test("what some do besides is theirs alone", () => {
    const seen = ["alice", "bob", "carol", "dave"].flatMap((name): Seen[] => [
      [name, "GET", "/orders"],
      [name, "GET", "/orders/1"],
      [name, "HEAD", "/orders"],
    ]);
    expect(linesOf(observe([...seen, ["dave", "DELETE", "/orders/1"]]))).toEqual([
      "p, role:orders-reader, /orders, GET",
      "p, role:orders-reader, /orders, HEAD",
      "p, role:orders-reader, /orders/:id, GET",
      "g, alice, role:orders-reader",
      "g, bob, role:orders-reader",
      "g, carol, role:orders-reader",
      "g, dave, role:orders-reader",
      "p, dave, /orders/:id, DELETE",
    ]);
  });
});

test("below the support asked for nothing is proposed, and it is counted", () => {
  const proposal = observe(
    [
      ["a", "GET", "/x"],
      ["a", "GET", "/x"],
      ["a", "GET", "/y"],
    ],
    2,
  );
  expect(linesOf(proposal)).toEqual(["p, a, /x, GET"]);
  expect(proposal.belowSupport).toBe(1);
});

test.each(["*", "role:admin", 'a"b', "a(b", " a", "a\nb", "x".repeat(9000)])(
  "a caller that no rule can name is left out and named: %j",
  (subject) => {
    const proposal = observe([
      [subject, "GET", "/x"],
      ["a,b", "GET", "/y"],
    ]);
    expect(proposal.unwritable).toHaveLength(1);
    expect(linesOf(proposal)).toEqual(['p, "a,b", /y, GET']);
  },
);

test("says above each rule what it rests on, and has nothing that lint warns of", async () => {
  const observer = createObserver(SHAPE);
  const last_seen = "2026-11-21T10:00:00.123456789Z";
  observer.add(group({ request: ["a", "/o/1.5", "GET"], requests: 3, last_seen }));
  observer.add(group({ request: ["a", "/o/7", "GET"], requests: 2 }));
  const source = sourceOf(propose(observer.observed(), 1));
  expect(source.rulesText).toContain(
    "# 3 requests of one caller, last 2026-11-21T10:00:00Z\np, a, /o/1\\.5, GET",
  );
  expect(source.rulesText).toMatch(/# 2 requests of one caller, last \S+, 1 paths\np, a, \/o\/:id/);
  const load = await loadPolicy(source, { request: null });
  expect(load.ok && lintPolicy(source, load.policy)).toEqual([]);
});

test("random traffic: the proposal allows all of it, in casbin too, and nothing without support", async () => {
  const segment = fc.constantFrom("a", "b.c", "x*y", "1", "22", "v1:run", "(z)", "q|r", "$", "[k]");
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => `/${all.join("/")}`);
  const asked = fc.tuple(
    fc.constantFrom("alice", "bob", "carol", "a,b", "anonymous"),
    fc.constantFrom("GET", "POST"),
    path,
    fc.constantFrom("allow" as const, "allow" as const, "deny" as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 60 }), async (traffic) => {
      // The same question has one answer, or nothing could keep both.
      const seen = [...new Map(traffic.map((each) => [each.slice(0, 3).join(" "), each])).values()];
      const proposal = observe(seen);
      const snapshot = await load(proposal);
      const { modelText: model, rulesText: rules } = sourceOf(proposal);
      const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(rules));
      for (const [subject, method, asPath, decision] of seen) {
        const tuple = [subject, asPath, method];
        const wanted = decision ?? "allow";
        expect([tuple, snapshot.decide(tuple).effect]).toEqual([tuple, wanted]);
        expect([tuple, enforcer.enforceSync(...tuple)]).toEqual([tuple, wanted === "allow"]);
      }
      const allowed = seen.filter(([, , , decision]) => decision === "allow");
      for (const { rules: proposed, name, members } of proposal.holders) {
        for (const { pattern, method } of proposed) {
          const matches = new RegExp(`^${pattern.replaceAll(":id", "[^/]+")}$`);
          for (const caller of members.length === 0 ? [name] : members) {
            const by = allowed.filter(([who, how]) => who === caller && how === method);
            expect([caller, pattern, by.some(([, , at]) => matches.test(at))]).toContain(true);
          }
        }
      }
      expect(propose(reversed(seen), 1).holders).toEqual(proposal.holders);
    }),
    { numRuns: 150 },
  );
});

/** The same, seen in another order. */
function reversed(seen: readonly Seen[]): Parameters<typeof propose>[0] {
  const observer = createObserver(SHAPE);
  for (const [subject, method, path, decision = "allow"] of seen.toReversed()) {
    observer.add(group({ request: [subject, path, method], decision }));
  }
  return observer.observed();
}
