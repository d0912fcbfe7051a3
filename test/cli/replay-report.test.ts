// The words of a replay: gains before losses, what is not shown counted, nothing a terminal would obey.
import { expect, test } from "vitest";
import { replayLines } from "../../src/cli/policy/replay-report.ts";
import type { Replayed } from "../../src/cli/policy/replay.ts";
import { plain } from "../../src/cli/terminal.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { RecordedGroup } from "../../src/policy/replay/recorded.ts";
import { createReplay } from "../../src/policy/replay/replay.ts";
import { group } from "../policy/recorded-group.ts";
import { MODEL } from "../policy/support.ts";

async function linesOf(rules: string, groups: readonly RecordedGroup[]): Promise<string[]> {
  const source = { modelText: MODEL, modelFile: "m", rulesText: rules, rulesFile: "new.csv" };
  const load = await loadPolicy(source, { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  const replay = createReplay({ snapshot: load.snapshot, arity: 3 });
  for (const each of groups) replay.add(each);
  const { snapshot } = load;
  const replayed: Replayed = {
    input: { source, snapshot },
    recorded: { since: "S", until: "U" },
    result: replay.result(2),
  };
  return replayLines(replayed, { width: 80, paint: plain }, 0);
}

test("gains, then losses, the rest counted", async () => {
  const lost = [3, 2, 1].map((requests) =>
    group({ principal: `u${requests}`, request: ["x", "/", "GET"], requests }),
  );
  const denied = { decision: "deny", rule: "p, a, b, c, deny", rule_source: "old.csv:7" };
  const gained = group({ ...denied, principal: "", request: ["eve", "/", "GET"] });
  const lines = await linesOf("p, eve, /, GET\n", [
    ...lost,
    gained,
    group({ replay: "redacted", requests: 4 }),
  ]);
  expect(lines.slice(0, 7)).toEqual([
    expect.stringMatching(/^candidate [0-9a-f]{12}: 1 rules of new\.csv$/),
    "7 of 11 requests decided again (4 different ones), S to U",
    "  not 4: a redacted field was part of the question",
    "",
    "GAINS, denied and would be allowed: 1 request",
    expect.stringMatching(/^ {2}anonymous {2}GET a {2}1 request, last /),
    "    now by new.csv:1: p, eve, /, GET; was by old.csv:7: p, a, b, c, deny",
  ]);
  expect(lines).toContain("LOSSES, allowed and would be denied: 6 requests");
  expect(lines.at(-1)).toBe("  and 1 more callers and routes, 1 request");
});

test("no change, nothing recorded", async () => {
  const same = await linesOf("p, alice, /a/:id, GET\n", [group()]);
  expect(same.at(-1)).toBe("No decision changes in 1 request.");
  expect((await linesOf("p, a, /, GET\n", [])).at(-1)).toBe("Nothing was recorded in that time.");
});

test("what clients sent does not reach the terminal as it is", async () => {
  const evil = "\u001B[2J";
  const lines = await linesOf("p, a, /, GET\n", [
    group({ path: evil, trace_id: evil, principal: evil, rule: evil, rule_source: evil }),
  ]);
  expect(lines.join("\n")).toContain("�[2J");
  expect(lines.join("")).not.toContain("\u001B");
});
