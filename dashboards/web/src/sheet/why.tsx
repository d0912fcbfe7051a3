// "Why?": asks the policy in force about a recorded request.
import type { ReactNode } from "react";
import type { RecordedExplanation } from "../../../../src/policy/explain/explain-recorded.ts";
import { Icon } from "../parts/icon.tsx";
import type { RequestRow } from "../request-row.ts";
import { useAsk } from "../state/use-ask.ts";
import type { Asked } from "../state/use-work.ts";

export interface Why {
  readonly asked: Asked<RecordedExplanation>;
  readonly ask: () => void;
}

export function useWhy({ trace_id, span_id }: RequestRow): Why {
  const { asked, ask } = useAsk<RecordedExplanation>("api/v1/policy/explain");
  return { asked, ask: () => ask({ trace_id, span_id }) };
}

export function WhyButton({ why }: { readonly why: Why }): ReactNode {
  return (
    <button
      type="button"
      className="button"
      disabled={why.asked.state === "waiting"}
      onClick={why.ask}
    >
      <Icon name="shield" size={14} /> Why?
    </button>
  );
}
