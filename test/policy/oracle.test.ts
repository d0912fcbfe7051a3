// Our casbin, given checked data and our role closures, against casbin reading the same texts by itself.
import { newEnforcer, newModel, StringAdapter } from "casbin";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { EFFECTS } from "../../src/policy/model.ts";
import { loaded, model } from "./support.ts";

const subject = fc.constantFrom("alice", "bob", "admin", "staff");
const path = fc.constantFrom("/orders", "/orders/:id", "/orders/*", "/*", "/orders/:id/items");
const asked = fc.constantFrom("/orders", "/orders/1", "/orders/1/items", "/other", "/");
const act = fc.constantFrom("GET", "POST");
const rule = fc
  .tuple(subject, path, act, fc.constantFrom(", allow", ", deny", ""))
  .map(([sub, obj, method, eft]) => `p, ${sub}, ${obj}, ${method}${eft}`);
const role = fc.tuple(subject, subject).map(([one, two]) => `g, ${one}, ${two}`);
const matcher = fc.constantFrom(
  "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act",
  'r.sub == p.sub && keyMatch(r.obj, p.obj) || r.sub == "admin" && r.act != "POST" && p.act == "GET"',
  'keyMatch2(r.obj, p.obj) && g(r.sub, p.sub) && r.act in ("GET", "HEAD")',
  "!(r.sub != p.sub || !keyMatch2(r.obj, p.obj))",
);
const effect = fc.constantFrom(
  EFFECTS.allowOverride,
  EFFECTS.allowAndDeny,
  EFFECTS.priority,
  EFFECTS.denyOverride,
);

it("gives the same decisions and the same deciding rules", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        rules: fc.array(rule, { minLength: 1, maxLength: 8 }),
        roles: fc.array(role, { maxLength: 4 }),
        matcher,
        effect,
        requests: fc.array(fc.tuple(subject, asked, act), { minLength: 10, maxLength: 10 }),
      }),
      async ({ rules, roles, requests, ...parts }) => {
        const modelText = model(parts);
        const text = [...rules, ...roles].join("\n");
        const { decide } = await loaded(modelText, text);
        const casbin = await newEnforcer(newModel(modelText), new StringAdapter(text));
        for (const request of requests) {
          const [allowed, explained] = casbin.enforceExSync(...request);
          const decision = decide(request);
          expect(decision.effect).toBe(allowed ? "allow" : "deny");
          expect(decision.rule).toBe(explained.length === 0 ? "" : `p, ${explained.join(", ")}`);
        }
      },
    ),
    { numRuns: 500 },
  );
});
