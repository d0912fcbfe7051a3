// "May SUBJECT do METHOD PATH?", answered by the policy in force; the question is in the URL.
import { type ReactNode, type SyntheticEvent, useEffect, useMemo, useState } from "react";
import type { ExplanationJson } from "../../../../../src/policy/explain/explanation-json.ts";
import type { Policy } from "../../api.ts";
import { AskedExplanation } from "../../parts/asked-explanation.tsx";
import { formText } from "../../parts/form-text.ts";
import { change, type Place } from "../../state/place.ts";
import { useAsk } from "../../state/use-ask.ts";
import {
  type AskField,
  askFields,
  fieldText,
  readAsk,
  readTuple,
  type Tuple,
} from "./ask-fields.ts";

interface AskPanelProps {
  readonly policy: Policy;
  readonly place: Place;
}

export function AskPanel({ policy: { request, revision }, place }: AskPanelProps): ReactNode {
  const { asked, ask } = useAsk<ExplanationJson>("api/v1/policy/explain");
  const text = place.params.get("ask");
  const tuple = useMemo(() => readAsk(text), [text]);
  // Another revision may answer otherwise.
  useEffect(() => {
    if (tuple !== null) ask({ request: tuple });
  }, [tuple, ask, revision]);
  return (
    <section className="panel" aria-label="May they?">
      <header className="panel-head">
        <h2>May they?</h2>
      </header>
      <AskForm key={text} fields={askFields(request)} tuple={tuple} />
      {tuple === null ? (
        <p className="ask-hint">
          Asks the policy in force and explains the answer: the rule and the roles, or what is in
          the way. Nothing is sent to any service.
        </p>
      ) : (
        <div className="ask-answer">
          <AskedExplanation asked={asked} />
        </div>
      )}
    </section>
  );
}

interface AskFormProps {
  readonly fields: readonly AskField[];
  readonly tuple: Tuple | null;
}

function AskForm({ fields, tuple }: AskFormProps): ReactNode {
  const [wrong, setWrong] = useState("");
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = readTuple(fields, (at) => formText(form, String(at)));
    setWrong(typeof typed === "string" ? typed : "");
    if (typeof typed !== "string") change({ ask: JSON.stringify(typed) });
  };
  return (
    <form className="ask" onSubmit={submit}>
      {fields.map(({ at, label, hint, isJson }) => (
        <label key={at} className={isJson ? "wide" : ""}>
          {label}
          <input
            name={String(at)}
            defaultValue={fieldText(tuple?.[at])}
            placeholder={hint}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
      ))}
      <button type="submit" className="button primary">
        Ask
      </button>
      {wrong === "" ? null : <p className="is-error small">{wrong} must be JSON.</p>}
    </form>
  );
}
