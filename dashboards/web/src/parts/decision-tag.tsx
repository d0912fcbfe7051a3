// A decision in one word, loud where something was refused.
import type { ReactNode } from "react";

export function DecisionTag({ decision }: { readonly decision: string }): ReactNode {
  if (decision === "deny") return <span className="tag policy">deny</span>;
  if (decision === "error") return <span className="tag bad">error</span>;
  return <span className="muted">{decision || "none"}</span>;
}
