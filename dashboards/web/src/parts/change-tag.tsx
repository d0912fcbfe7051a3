// What a candidate policy would change for somebody, in two words.
import type { ReactNode } from "react";
import type { ShadowChange } from "../../../../src/telemetry/shadow-change.ts";

const CHANGES = {
  gain: ["would gain", "policy"],
  loss: ["would lose", "bad"],
  error: ["would fail", "slow"],
} as const;

export function ChangeTag({ change }: { readonly change: ShadowChange }): ReactNode {
  const [words, tone] = CHANGES[change];
  return <span className={`tag ${tone}`}>{words}</span>;
}
