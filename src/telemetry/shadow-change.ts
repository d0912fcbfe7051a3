// What a candidate policy would change for a request: one word for each way its decision may differ.
// SHADOW_CHANGE (store/requests.ts) and panel shadow say the same in SQL; a test compares them.

export const SHADOW_CHANGES = ["gain", "loss", "error"] as const;
export type ShadowChange = (typeof SHADOW_CHANGES)[number];

/**
 * From columns decision and shadow_decision: "gain", refused now and allowed by the candidate; "loss",
 * the reverse; "error", the candidate can't decide it; "" where nothing would change, or none was asked.
 */
export function shadowChange(decision: string, shadowDecision: string): ShadowChange | "" {
  if (shadowDecision === "error") return "error";
  if (shadowDecision === "allow") return decision === "allow" ? "" : "gain";
  return shadowDecision === "deny" && decision === "allow" ? "loss" : "";
}
