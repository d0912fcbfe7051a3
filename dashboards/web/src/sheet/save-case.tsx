// "Save as test": shows the case a recorded request would be, in which file, and saves it there.
import { type ReactNode, useEffect, useState } from "react";
import type { SavedCase } from "../../../../src/policy/cases/new-case.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import type { RequestRow } from "../request-row.ts";
import { useAsk } from "../state/use-ask.ts";
import type { Asked } from "../state/use-work.ts";

type Expect = "allow" | "deny";
const CHOICES = ["allow", "deny"] as const;

interface Saved extends SavedCase {
  /** False: only shown. */
  readonly saved: boolean;
}

interface SaveCaseProps {
  readonly row: RequestRow;
  readonly onDone: () => void;
}

export function SaveCase({ row, onDone }: SaveCaseProps): ReactNode {
  const { trace_id, span_id, decision } = row;
  const [expect, setExpect] = useState<Expect | null>(
    () => CHOICES.find((each) => each === decision) ?? null,
  );
  const { asked, ask } = useAsk<Saved>("api/v1/policy/cases");
  useEffect(
    () => ask({ trace_id, span_id, dry_run: true, ...(expect === null ? {} : { expect }) }),
    [ask, trace_id, span_id, expect],
  );
  if (asked.state === "answered" && asked.answer.saved) {
    return <SavedNote saved={asked.answer} onDone={onDone} />;
  }
  const save = (): void => ask({ trace_id, span_id, ...(expect === null ? {} : { expect }) });
  return (
    <div className="save-case" role="group" aria-label="Save as test">
      <div className="save-case-head">
        <span className="muted">From now on the policy must</span>
        <ExpectChoice chosen={expect} onChoose={setExpect} />
        <span className="muted">it.</span>
      </div>
      <Draft asked={asked} />
      <div className="save-case-foot">
        <button
          type="button"
          className="button primary"
          disabled={asked.state !== "answered"}
          onClick={save}
        >
          Save
        </button>
        <button type="button" className="button quiet" onClick={onDone}>
          Cancel
        </button>
      </div>
    </div>
  );
}

interface ExpectChoiceProps {
  readonly chosen: Expect | null;
  readonly onChoose: (expect: Expect) => void;
}

function ExpectChoice({ chosen, onChoose }: ExpectChoiceProps): ReactNode {
  return (
    <span className="segments" role="group" aria-label="Expected decision">
      {CHOICES.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === chosen}
          onClick={() => onChoose(each)}
        >
          {each}
        </button>
      ))}
    </span>
  );
}

function Draft({ asked }: { readonly asked: Asked<Saved> }): ReactNode {
  if (asked.state === "failed") {
    return (
      <p className="is-error" role="alert">
        Not saved: {asked.error.message}
      </p>
    );
  }
  if (asked.state !== "answered") {
    return (
      <p className="muted" role="status">
        Asking what it would be…
      </p>
    );
  }
  const { file, line, yaml } = asked.answer;
  return (
    <>
      <p className="small">
        Would be added at{" "}
        <code>
          {file}:{line}
        </code>
      </p>
      <div className="yaml">
        <pre>{yaml}</pre>
        <CopyButton label="Copy" words={() => yaml} />
      </div>
    </>
  );
}

interface SavedNoteProps {
  readonly saved: Saved;
  readonly onDone: () => void;
}

function SavedNote({ saved: { file, line, name }, onDone }: SavedNoteProps): ReactNode {
  return (
    <div className="save-case" role="status">
      <p>
        Saved “{name}” at{" "}
        <code>
          {file}:{line}
        </code>
        . Run it with <code>weir policy test</code>.
      </p>
      <div className="save-case-foot">
        <button type="button" className="button quiet" onClick={onDone}>
          Done
        </button>
      </div>
    </div>
  );
}
