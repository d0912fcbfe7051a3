// The policies of a worker's snapshots: what a thread has learned of one stays while its image does.
import type { PolicyImage } from "../policy/image/policy-image.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";

interface Images {
  readonly policy: PolicyImage | null;
  readonly shadow: PolicyImage | null;
}

interface Attached {
  readonly policy: PolicySnapshot | null;
  readonly shadow: PolicySnapshot | null;
}

export class AttachedPolicies {
  /** Those of the last source, by image. */
  #attached: ReadonlyMap<string, PolicySnapshot> = new Map();

  async attach({ policy, shadow }: Images): Promise<Attached> {
    const next = new Map<string, PolicySnapshot>();
    for (const image of [policy, shadow]) {
      if (image === null) continue;
      next.set(image.id, this.#attached.get(image.id) ?? (await attached(image)));
    }
    this.#attached = next;
    return {
      policy: next.get(policy?.id ?? "") ?? null,
      shadow: next.get(shadow?.id ?? "") ?? null,
    };
  }
}

/** Only where there is a policy: a worker should listen soon. */
async function attached(image: PolicyImage): Promise<PolicySnapshot> {
  const { attachImage } = await import("../policy/image/attach-image.ts");
  return (await attachImage(image)).snapshot;
}
