// Asks for how long and why before something is changed, and stays open with the reason where it is refused.
import { type ReactNode, type SyntheticEvent, useEffect, useState } from "react";
import { durationMs } from "../../../../src/alerts/duration.ts";
import { noteChange } from "../state/changes.ts";
import { useAsk } from "../state/use-ask.ts";
import { formText } from "./form-text.ts";

/** What to ask for, or what is wrong with what was filled in. */
export type Filled = { readonly body: object } | { readonly wrong: string };

interface ChangeFormProps {
  /** Takes the change by POST. */
  readonly path: string;
  readonly label: string;
  /** On the button. */
  readonly action: string;
  /** As in "Not taken out". */
  readonly refused: string;
  readonly read: (form: HTMLFormElement) => Filled;
  /** It is done, or was given up. */
  readonly onDone: () => void;
  readonly children: ReactNode;
}

export function ChangeForm(props: ChangeFormProps): ReactNode {
  const { path, label, action, refused, read, onDone, children } = props;
  const { asked, ask } = useAsk<unknown>(path);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    if (asked.state !== "answered") return;
    noteChange();
    onDone();
  }, [asked, onDone]);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const filled = read(event.currentTarget);
    setWrong("wrong" in filled ? filled.wrong : "");
    if ("body" in filled) ask(filled.body);
  };
  const fault = asked.state === "failed" ? `${refused}: ${asked.error.message}` : "";
  return (
    <form className="change-form" aria-label={label} onSubmit={submit}>
      {children}
      <div className="change-form-foot">
        <button type="submit" className="button primary" disabled={asked.state === "waiting"}>
          {action}
        </button>
        <button type="button" className="button quiet" onClick={onDone}>
          Cancel
        </button>
      </div>
      {wrong === "" && fault === "" ? null : (
        <p className="is-error small" role="alert">
          {wrong || fault}
        </p>
      )}
    </form>
  );
}

interface LengthFieldProps {
  readonly lengths: readonly string[];
  readonly usual: string;
}

export function LengthField({ lengths, usual }: LengthFieldProps): ReactNode {
  return (
    <label>
      For
      <select name="length" defaultValue={usual}>
        {lengths.map((length) => (
          <option key={length}>{length}</option>
        ))}
      </select>
    </label>
  );
}

export function lengthMs(form: HTMLFormElement): number {
  return durationMs(formText(form, "length")) ?? 0;
}

/** Named "comment". */
export function WhyField({ first = false }: { readonly first?: boolean }): ReactNode {
  return (
    <label className={first ? "" : "wide"}>
      Why; stands in the audit row
      <input name="comment" maxLength={256} required autoComplete="off" autoFocus={first} />
    </label>
  );
}
