// Says what taking an endpoint out, or giving it less, will do, and asks for how long and why, before it does so.
import { type ReactNode, type SyntheticEvent, useEffect } from "react";
import type { Hold } from "../../api.ts";
import { formText } from "../../parts/form-text.ts";
import { noteChange } from "../../state/changes.ts";
import { useAsk } from "../../state/use-ask.ts";
import { durationMs } from "../../../../../src/alerts/duration.ts";
import { hostOf } from "../overview/verdict-line.tsx";
import type { EndpointRow } from "./endpoint-row.ts";

/** What is left of its weight; nothing: it is out. */
const SHARES = [
  ["0", "nothing: it is out"],
  ["0.1", "10 %"],
  ["0.25", "25 %"],
  ["0.5", "50 %"],
] as const;

const LENGTHS = ["5m", "15m", "1h", "4h", "1d"] as const;

interface HoldFormProps {
  readonly row: EndpointRow;
  readonly onDone: () => void;
}

export function HoldForm({ row: { service, endpoint }, onDone }: HoldFormProps): ReactNode {
  const { asked, ask } = useAsk<Hold>("api/v1/holds");
  useEffect(() => {
    if (asked.state !== "answered") return;
    noteChange();
    onDone();
  }, [asked, onDone]);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const seconds = (durationMs(formText(form, "length")) ?? 0) / 1000;
    const comment = formText(form, "comment");
    const share = Number(formText(form, "share"));
    ask({ service, endpoint: endpoint.url, share, for_s: seconds, comment });
  };
  return (
    <form className="change-form" aria-label={`Take out ${endpoint.url}`} onSubmit={submit}>
      <p>
        No request, or fewer, goes to <b className="mono">{hostOf(endpoint.url)}</b> of {service}{" "}
        from then on; the {endpoint.inflight} in flight may end. It is in again by itself when the
        time is over.
      </p>
      <Fields />
      <div className="change-form-foot">
        <button type="submit" className="button primary" disabled={asked.state === "waiting"}>
          Take out
        </button>
        <button type="button" className="button quiet" onClick={onDone}>
          Cancel
        </button>
      </div>
      {asked.state === "failed" ? (
        <p className="is-error small" role="alert">
          Not taken out: {asked.error.message}
        </p>
      ) : null}
    </form>
  );
}

function Fields(): ReactNode {
  return (
    <>
      <label>
        Why; stands in the audit row
        <input name="comment" maxLength={256} required autoComplete="off" autoFocus />
      </label>
      <label>
        What is left of its weight
        <select name="share" defaultValue="0">
          {SHARES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        For
        <select name="length" defaultValue="15m">
          {LENGTHS.map((length) => (
            <option key={length}>{length}</option>
          ))}
        </select>
      </label>
    </>
  );
}
