// Why a decision failed is logged; a request may hold secrets, so nothing of it is in those words.
import { expect, test } from "vitest";
import { loadPolicy } from "../../src/policy/load.ts";
import type { RequestTuple } from "../../src/policy/request/tuple.ts";

const failing: readonly [string, RequestTuple[number]][] = [
  ["ipMatch(r.token, p.sub)", "s3cret"],
  ["(p.sub in r.token)", "s3cret"],
  ["keyMatch(r.token, p.sub)", { pin: "s3cret" }],
  ["r.token + 1 == 2", ["s3cret"]],
  ["-r.token == 1", { s3cret: 1 }],
];

test.each(failing)("%s", async (matcher, token) => {
  const modelText = `[request_definition]\nr = sub, token\n[policy_definition]\np = sub\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub && ${matcher}\n`;
  const source = { modelText, modelFile: "m", rulesText: "p, 10.0.0.1\n", rulesFile: "r" };
  const load = await loadPolicy(source, { request: null });
  if (!load.ok) throw new Error(JSON.stringify(load.faults));
  const { effect, error } = load.snapshot.decide(["10.0.0.1", token]);
  expect(effect).toBe("error");
  expect(error).not.toMatch(/s3cret/);
});
