// Makes an image decide in this thread: in milliseconds, whatever its size.
import { createCompiledEngine, isCompilable } from "../compiled-engine.ts";
import type { CheckedPolicy, PolicyEngine } from "../engine.ts";
import { matchingFunctions } from "../functions/matching-functions.ts";
import { createRolePath } from "../roles/role-path.ts";
import { createSnapshot, type PolicySnapshot } from "../snapshot.ts";
import { AttachedPolicy } from "./attached-policy.ts";
import type { PolicyImage } from "./policy-image.ts";
import { rehearsalOf } from "./rehearsal.ts";

/** About what attaching takes without it. */
const REHEARSAL_MS = 3;

export interface Attached {
  readonly snapshot: PolicySnapshot;
  /** Its rules are made objects when they are first asked for. */
  readonly policy: CheckedPolicy;
}

export async function attachImage(image: PolicyImage): Promise<Attached> {
  const policy = new AttachedPolicy(image);
  const snapshot = createSnapshot({
    revision: image.revision,
    rules: image.rules,
    arity: image.model.request.length,
    engine: await engineFor(policy),
    rolePathOf: createRolePath(policy),
  });
  rehearse(snapshot, image);
  return { snapshot, policy };
}

/** The first decisions of a thread are slow, a hundred times where roles are many: they are made for nobody. */
function rehearse(snapshot: PolicySnapshot, image: PolicyImage): void {
  const endMs = performance.now() + REHEARSAL_MS;
  for (const request of rehearsalOf(image)) {
    snapshot.decide(request);
    if (performance.now() > endMs) return;
  }
}

/** Casbin takes long to load, so that is left to the policies that only casbin can decide. */
async function engineFor(policy: AttachedPolicy): Promise<PolicyEngine> {
  const { model, roles } = policy;
  if (isCompilable(model)) {
    return createCompiledEngine(policy, { model, roles, functions: matchingFunctions() });
  }
  const { createCasbinEngine } = await import("../casbin-engine.ts");
  return createCasbinEngine(policy);
}
