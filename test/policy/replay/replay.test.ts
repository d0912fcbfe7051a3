// Replay: what is decided otherwise is found, all of it and nothing else; what can't be decided is counted.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../../src/policy/load.ts";
import type { RecordedGroup } from "../../../src/policy/replay/recorded.ts";
import { type Candidate, createReplay, replayAll } from "../../../src/policy/replay/replay.ts";
import { group } from "../recorded-group.ts";
import { model } from "../support.ts";

const MODEL = model({ matcher: "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act" });

async function candidateOf(rulesText: string): Promise<Candidate> {
  const source = { modelText: MODEL, modelFile: "m", rulesText, rulesFile: "new.csv" };
  const load = await loadPolicy(source, { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  return { snapshot: load.snapshot, arity: load.policy.model.request.length };
}

const RULES = "p, alice, /a/:id, GET\np, bob, /b, GET, deny\n";

test.each<[string, Partial<RecordedGroup>, "gain" | "loss" | "same"]>([
  ["allowed and still so", {}, "same"],
  ["allowed, now denied by default", { request: ["alice", "/b", "GET"] }, "loss"],
  ["allowed, now denied by a rule", { request: ["bob", "/b", "GET"] }, "loss"],
  ["denied and still so", { request: ["bob", "/b", "GET"], decision: "deny" }, "same"],
  ["denied, now allowed", { decision: "deny", rule: "", rule_source: "" }, "gain"],
  ["an error then was a refusal", { decision: "error" }, "gain"],
  ["elements kept as JSON", { replay: "json", request: ['"alice"', '"/a/1"', '"GET"'] }, "same"],
])("%s", async (_, changes, expected) => {
  const replay = createReplay(await candidateOf(RULES));
  replay.add(group({ requests: 3, ...changes }));
  const { requests, replayed, gains, losses } = replay.result(10);
  expect({ requests, replayed }).toEqual({ requests: 3, replayed: 3 });
  expect(gains.requests).toBe(expected === "gain" ? 3 : 0);
  expect(losses.requests).toBe(expected === "loss" ? 3 : 0);
});

test.each<[string, Partial<RecordedGroup>]>([
  ["no_policy", { decision: "none", request: [] }],
  ["no_policy", { decision: "none", request: [], replay: "no_policy" }],
  ["not_asked", { decision: "none", request: [], replay: "not_asked" }],
  ["redacted", { replay: "redacted" }],
  ["cut", { replay: "cut" }],
  ["unreadable", { replay: "of a later version" }],
  ["unreadable", { replay: "constructor" }],
  ["unreadable", { replay: "json", request: ["{", "1", "2"] }],
  ["other_arity", { request: ["alice", "/a/1"] }],
  ["evaluator_error", { decision: "deny", request: ["x".repeat(9000), "/a", "GET"] }],
])("can't be decided again: %s", async (reason, changes) => {
  const replay = createReplay(await candidateOf(RULES));
  replay.add(group({ requests: 5, ...changes }));
  replay.add(group());
  const { requests, replayed, skipped, gains, losses } = replay.result(10);
  expect({ requests, replayed }).toEqual({ requests: 6, replayed: 1 });
  expect(Object.entries(skipped).filter(([, count]) => count > 0)).toEqual([[reason, 5]]);
  expect(gains.requests + losses.requests).toBe(0);
});

test("what was allowed and can't be decided is lost, not skipped: it would be refused", async () => {
  const replay = createReplay(await candidateOf(RULES));
  replay.add(group({ request: ["x".repeat(9000), "/a", "GET"] }));
  const { replayed, losses } = replay.result(10);
  expect(replayed).toBe(1);
  expect(losses.shown[0]).toMatchObject({ requests: 1, error: expect.stringContaining("longer") });
});

describe("findings", () => {
  test("are by caller, route and method; rules and example are of the newest", async () => {
    const replay = createReplay(await candidateOf(RULES));
    const lost = { request: ["alice", "/b", "GET"], requests: 2 };
    replay.add(group({ ...lost, path: "/old", last_seen: "2026-11-21T00:00:02.000000000Z" }));
    const newest = { last_seen: "2026-11-21T00:00:09.000000000Z", trace_id: "t9", path: "/new" };
    replay.add(group({ ...lost, ...newest, first_seen: "2026-11-21T00:00:08.000000000Z" }));
    replay.add(group({ ...lost, principal: "", last_seen: "2026-11-21T00:00:03.000000000Z" }));
    replay.add(group({ ...lost, method: "POST", requests: 9 }));
    const { losses } = replay.result(2);
    expect(losses).toMatchObject({ requests: 15, groups: 3 });
    expect(losses.shown).toMatchObject([
      { principal: "alice", method: "POST", requests: 9 },
      {
        principal: "alice",
        method: "GET",
        requests: 4,
        first_seen: "2026-11-21T00:00:00.000000000Z",
        ...newest,
        rule: "",
        recorded_rule: "p, alice, /a/:id, GET",
        recorded_rule_source: "old.csv:1",
      },
    ]);
  });

  test("beyond the groups that are kept, requests are still counted", async () => {
    const replay = createReplay(await candidateOf(RULES));
    for (let at = 0; at < 10_500; at++) {
      replay.add(group({ request: [`u${at}`, "/b", "GET"], principal: `u${at}` }));
    }
    const { losses } = replay.result(3);
    expect(losses).toMatchObject({ requests: 10_500, groups: 10_000 });
    expect(losses.shown).toHaveLength(3);
  });
});

test("under the policy that decided nothing changes, and a changed one changes what it decides otherwise", async () => {
  const name = fc.constantFrom("alice", "bob", "role:x");
  const path = fc.constantFrom("/a/:id", "/a/1", "/b");
  const rule = fc
    .tuple(name, path, fc.constantFrom("GET", "POST"), fc.constantFrom("allow", "deny"))
    .map((fields) => `p, ${fields.join(", ")}`);
  const rules = fc.array(rule, { minLength: 1, maxLength: 8 }).map((lines) => lines.join("\n"));
  const asked = fc.tuple(
    fc.constantFrom("alice", "bob", "carol"),
    fc.constantFrom("/a/1", "/a/2", "/b", "/c"),
    fc.constantFrom("GET", "POST"),
  );
  await fc.assert(
    fc.asyncProperty(rules, rules, fc.array(asked), async (old, next, requests) => {
      const before = await candidateOf(`${old}\ng, carol, role:x`);
      const after = await candidateOf(`${next}\ng, carol, role:x`);
      const decided = requests.map((request) =>
        group({ request, decision: before.snapshot.decide(request).effect }),
      );
      const same = createReplay(before);
      await replayAll(batchesOf(decided), same);
      expect(same.result(9)).toMatchObject({ gains: { requests: 0 }, losses: { requests: 0 } });
      const changed = createReplay(after);
      await replayAll(batchesOf(decided), changed);
      const flips = (from: string): number =>
        decided.filter(
          ({ request, decision }) =>
            decision === from && after.snapshot.decide(request).effect !== from,
        ).length;
      expect(changed.result(9)).toMatchObject({
        replayed: requests.length,
        gains: { requests: flips("deny") },
        losses: { requests: flips("allow") },
      });
    }),
    { numRuns: 100 },
  );
});

async function* batchesOf(groups: readonly RecordedGroup[]): AsyncGenerator<RecordedGroup[]> {
  for (let at = 0; at < groups.length; at += 3) yield groups.slice(at, at + 3);
}
