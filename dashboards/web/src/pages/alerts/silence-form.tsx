// Says which alerts are told to nobody, for how long and why, before it does so.
import { type ReactNode, type SyntheticEvent, useEffect, useState } from "react";
import type { Silence } from "../../alerting.ts";
import { formText } from "../../parts/form-text.ts";
import { noteChange } from "../../state/changes.ts";
import { iso } from "../../state/range.ts";
import { useAsk } from "../../state/use-ask.ts";
import { durationMs } from "../../../../../src/alerts/duration.ts";
import { readMatchers } from "./matchers.ts";

const LENGTHS = ["30m", "2h", "8h", "1d", "7d"] as const;

interface SilenceFormProps {
  readonly matchers: string;
  readonly onDone: () => void;
}

export function SilenceForm({ matchers, onDone }: SilenceFormProps): ReactNode {
  const { asked, ask } = useAsk<Silence>("api/v1/silences");
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    if (asked.state !== "answered") return;
    noteChange();
    onDone();
  }, [asked, onDone]);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const read = readMatchers(formText(form, "matchers"));
    setWrong(read === null ? "Labels must be NAME=VALUE, such as alert=route-*." : "");
    if (read === null) return;
    const endsMs = Date.now() + (durationMs(formText(form, "length")) ?? 0);
    ask({ matchers: read, ends_at: iso(endsMs), comment: formText(form, "comment") });
  };
  const fault = asked.state === "failed" ? asked.error.message : wrong;
  return (
    <form className="change-form" aria-label="New silence" onSubmit={submit}>
      <Fields matchers={matchers} />
      <div className="change-form-foot">
        <button type="submit" className="button primary" disabled={asked.state === "waiting"}>
          Silence
        </button>
        <button type="button" className="button quiet" onClick={onDone}>
          Cancel
        </button>
      </div>
      {fault === "" ? null : (
        <p className="is-error small" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}

function Fields({ matchers }: { readonly matchers: string }): ReactNode {
  return (
    <>
      <label className="wide">
        Labels that all match; * stands for any text
        <input
          name="matchers"
          defaultValue={matchers}
          placeholder="alert=route-* route=orders"
          spellCheck={false}
          autoComplete="off"
          required
          autoFocus
        />
      </label>
      <label>
        For
        <select name="length" defaultValue="2h">
          {LENGTHS.map((length) => (
            <option key={length}>{length}</option>
          ))}
        </select>
      </label>
      <label className="wide">
        Why; stands in the audit row
        <input name="comment" maxLength={256} required autoComplete="off" />
      </label>
    </>
  );
}
