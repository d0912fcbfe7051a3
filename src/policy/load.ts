// From a policy's texts to what decides by it, or to the list of everything that is wrong with them.
import { messageOf } from "../core/errors.ts";
import { type BuildOptions, buildPolicy } from "./build-policy.ts";
import { type Attached, attachImage } from "./image/attach-image.ts";
import type { PolicyFault, PolicySource } from "./source.ts";

export type PolicyLoad =
  | ({ readonly ok: true } & Attached)
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Builds an image and attaches it in one thread, for whoever has no others. Never rejects. */
export async function loadPolicy(source: PolicySource, options: BuildOptions): Promise<PolicyLoad> {
  const build = buildPolicy(source, options);
  if (!build.ok) return build;
  try {
    return { ok: true, ...(await attachImage(build.image)) };
  } catch (error) {
    const message = `this policy can't be built: ${messageOf(error)}`;
    return { ok: false, faults: [{ file: source.modelFile, line: 0, message }] };
  }
}
