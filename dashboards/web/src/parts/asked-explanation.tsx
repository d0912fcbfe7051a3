// What came of asking for an explanation.
import type { ReactNode } from "react";
import type { RecordedExplanation } from "../../../../src/policy/explain/explain-recorded.ts";
import type { ExplanationJson } from "../../../../src/policy/explain/explanation-json.ts";
import type { Asked } from "../state/use-work.ts";
import { Explanation } from "./explanation.tsx";

interface AskedExplanationProps {
  readonly asked: Asked<ExplanationJson | RecordedExplanation>;
}

export function AskedExplanation({ asked }: AskedExplanationProps): ReactNode {
  if (asked.state === "answered") return <Explanation of={asked.answer} />;
  if (asked.state === "failed") {
    return (
      <p className="is-error" role="alert">
        Could not be explained: {asked.error.message}
      </p>
    );
  }
  return asked.state === "idle" ? null : (
    <p className="muted" role="status">
      Asking the policy in force…
    </p>
  );
}
