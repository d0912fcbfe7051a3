// Tells rows that were decided by the enforced policy from those of AuthZEN's own.
import type { AdminParts } from "./parts.ts";

export const OTHER_POLICY = "AuthZEN asked this of a policy of its own (policy.authzen.model)";

/** Decided now, since rows name a revision and no file: as long as the config stays, it is true. */
export function isOfOtherPolicy(
  { running }: Pick<AdminParts, "running">,
  { kind }: { readonly kind: string },
): boolean {
  const authzen = running().config.policy?.authzen ?? null;
  return kind === "decision" && authzen !== null && authzen.policy !== null;
}
