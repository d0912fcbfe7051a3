// The request by which a thread finds a policy's code cold before the first real one.
import { expect, it } from "vitest";
import { buildPolicy } from "../../../src/policy/build-policy.ts";
import { attachImage } from "../../../src/policy/image/attach-image.ts";
import type { PolicyImage } from "../../../src/policy/image/policy-image.ts";
import { rehearsalOf } from "../../../src/policy/image/rehearsal.ts";
import { model, sourceOf } from "../support.ts";

function imageOf(matcher: string, rules: string): PolicyImage {
  const build = buildPolicy(sourceOf(model({ matcher }), rules), { request: null });
  if (!build.ok) throw new Error(JSON.stringify(build.faults));
  return build.image;
}

const ROLES = "g(r.sub, p.sub) && keyMatch2(r.obj, p.obj) && r.act == p.act";

it.each([
  ["a holder of a role and the first rule's values", ROLES, "p, admin, /a/:id, GET\ng, ann, admin"],
  ["the first rule's values", "r.sub == p.sub && r.act == p.act", "p, ann, /a/:id, GET"],
])("is made of %s", async (_, matcher, rules) => {
  const image = imageOf(matcher, rules);
  const [asked = []] = rehearsalOf(image);
  expect([asked[0], asked[2]]).toEqual(["ann", "GET"]);
  const { snapshot } = await attachImage(image);
  expect(snapshot.decide(asked)).toMatchObject({ effect: "allow" });
});

it("goes through rules and holders in turn", () => {
  const image = imageOf(ROLES, "p, a, /a, GET\np, b, /b, PUT\ng, ann, a\ng, bob, b\ng, cid, b");
  expect(rehearsalOf(image).slice(0, 3)).toEqual([
    ["ann", "/a", "GET"],
    ["bob", "/b", "PUT"],
    ["cid", "/a", "GET"],
  ]);
});

it.each([
  ["rules can't be looked up", "regexMatch(r.obj, p.obj)", "p, ann, /a, GET"],
  ["of two ways to match one can't be", `${ROLES} || p.sub == "*"`, "p, ann, /a, GET"],
  ["the matcher reads no rule", 'r.sub == "ann"', ""],
])("is left out where %s", (_, matcher, rules) => {
  const image = imageOf(matcher, rules);
  expect(rehearsalOf(image)).toEqual([]);
});

it("does no harm to a policy without rules", async () => {
  const { snapshot } = await attachImage(imageOf(ROLES, ""));
  expect(snapshot.decide(["ann", "/a", "GET"])).toMatchObject({ effect: "deny" });
});
