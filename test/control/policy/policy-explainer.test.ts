// The thread that explains: by the policy in force, started when asked and given up when idle.
import { afterEach, expect, it } from "vitest";
import {
  createPolicyExplainer,
  type PolicyExplainer,
} from "../../../src/control/policy/policy-explainer.ts";
import { buildPolicy } from "../../../src/policy/build-policy.ts";
import { revisionOf } from "../../../src/policy/source.ts";
import { model, sourceOf } from "../../policy/support.ts";

type InForce = ReturnType<Parameters<typeof createPolicyExplainer>[0]["policy"]>;

let inForce: InForce = null;
let explainer: PolicyExplainer | undefined;
afterEach(() => explainer?.close());

function enforce(modelText: string, rules: string): void {
  const build = buildPolicy(sourceOf(modelText, rules), { request: null });
  if (!build.ok) throw new Error(JSON.stringify(build.faults));
  inForce = { image: build.image, revision: build.image.revision };
}

const MODEL = model({ matcher: "r.sub == p.sub && r.obj == p.obj && r.act == p.act" });
const ASKED = ["a", "/", "GET"];

it("explains by what is in force when it is asked, also while the former still answers", async () => {
  explainer = createPolicyExplainer({ policy: () => inForce });
  expect(await explainer.explain(ASKED)).toBe("no_policy");
  enforce(MODEL, "p, a, /, GET");
  const first = explainer.explain(ASKED);
  enforce(MODEL, "p, a, /, GET, deny");
  const second = explainer.explain(ASKED);
  expect(await first).toMatchObject({ decision: "allow", rule_source: "policy.csv:1" });
  expect(await second).toMatchObject({
    decision: "deny",
    revision: revisionOf(sourceOf(MODEL, "p, a, /, GET, deny")),
  });
});

it("finds rules that are none of those used, which may be cut off", async () => {
  explainer = createPolicyExplainer({ policy: () => inForce });
  inForce = null;
  expect(await explainer.findUnused([])).toBe("no_policy");
  const long = `p, a, /${"x".repeat(400)}, GET`;
  enforce(MODEL, `p, a, /, GET\n${long}\n\np, b, /, GET`);
  expect(await explainer.findUnused(["p, a, /, GET", long.slice(0, 256)])).toEqual({
    revision: inForce!.revision,
    rules: 3,
    unused_count: 1,
    unused: [{ rule: "p, b, /, GET", rule_source: "policy.csv:4" }],
  });
});

it("is there again after it was given up", async () => {
  enforce(MODEL, "p, a, /, GET");
  explainer = createPolicyExplainer({ policy: () => inForce, idleMs: 1 });
  for (let round = 0; round < 3; round++) {
    expect(await explainer.explain(ASKED)).toMatchObject({ decision: "allow" });
    await new Promise((later) => setTimeout(later, 5));
  }
});

it("says that a thread failed, and starts another one", async () => {
  inForce = { image: { roles: null } as never, revision: "damaged" };
  explainer = createPolicyExplainer({ policy: () => inForce });
  await expect(explainer.explain(ASKED)).rejects.toThrow("undefined");
  enforce(MODEL, "p, a, /, GET");
  expect(await explainer.explain(ASKED)).toMatchObject({ decision: "allow" });
});

it("takes no more questions than it can hold", async () => {
  enforce(MODEL, "p, a, /, GET");
  const { explain, close } = createPolicyExplainer({ policy: () => inForce });
  const answers = await Promise.all(Array.from({ length: 70 }, () => explain(ASKED)));
  expect(answers.filter((answer) => answer === "busy")).toHaveLength(6);
  await close();
});
