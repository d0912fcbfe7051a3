// Which policies a worker attaches anew, and which it goes on with.
import { expect, it } from "vitest";
import { buildPolicy } from "../../src/policy/build-policy.ts";
import type { PolicyImage } from "../../src/policy/image/policy-image.ts";
import { AttachedPolicies } from "../../src/proxy/attached-policies.ts";
import { MODEL, RULES, sourceOf } from "../policy/support.ts";

function imageOf(rules: string): PolicyImage {
  const build = buildPolicy(sourceOf(MODEL, rules), { request: null });
  if (!build.ok) throw new Error(JSON.stringify(build.faults));
  return build.image;
}

/** As a worker gets it. */
const posted = (image: PolicyImage): PolicyImage => structuredClone(image);

it("goes on with a policy whose image is posted again, enforced or candidate", async () => {
  const policies = new AttachedPolicies();
  const [one, other] = [imageOf(RULES), imageOf("p, ann, /a, GET")];
  const before = await policies.attach({ policy: posted(one), shadow: posted(other) });
  const after = await policies.attach({ policy: posted(one), shadow: posted(other) });
  expect(after.policy).toBe(before.policy);
  expect(after.shadow).toBe(before.shadow);
  const promoted = await policies.attach({ policy: posted(other), shadow: null });
  expect(promoted.policy).toBe(before.shadow);
  expect(promoted.shadow).toBeNull();
});

it("attaches another image anew, though its texts are the same, and keeps none that is gone", async () => {
  const policies = new AttachedPolicies();
  const [one, alike] = [imageOf(RULES), imageOf(RULES)];
  const before = await policies.attach({ policy: one, shadow: null });
  const after = await policies.attach({ policy: alike, shadow: null });
  expect(after.policy).not.toBe(before.policy);
  expect(after.policy?.revision).toBe(before.policy?.revision);
  const again = await policies.attach({ policy: one, shadow: null });
  expect(again.policy).not.toBe(before.policy);
});
