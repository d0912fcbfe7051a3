// The time range: five common ones, or from one instant to another.
import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
  useState,
} from "react";
import { formText } from "../parts/form-text.ts";
import { change } from "../state/place.ts";
import { intervalOf, iso, rangeOf, RANGES } from "../state/range.ts";
import { instant } from "../words/time.ts";

interface RangePickerProps {
  readonly params: URLSearchParams;
}

export function RangePicker({ params }: RangePickerProps): ReactNode {
  const [open, setOpen] = useState(false);
  const range = rangeOf(params);
  const common = RANGES.find((name) => name === range.since && range.until === null);
  const closeOnEscape = ({ key }: KeyboardEvent): void => {
    if (key === "Escape") setOpen(false);
  };
  const closeOnLeaving = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (!currentTarget.contains(relatedTarget)) setOpen(false);
  };
  return (
    <div className="range-custom" onKeyDown={closeOnEscape} onBlur={closeOnLeaving}>
      <div className="segments" role="group" aria-label="Time range">
        {RANGES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === common}
            onClick={() => change({ since: name, until: null })}
          >
            {name}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={common === undefined}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {common === undefined ? wordsOf(params) : "custom"}
        </button>
      </div>
      {open ? <CustomRange params={params} onDone={() => setOpen(false)} /> : null}
    </div>
  );
}

function wordsOf(params: URLSearchParams): string {
  const range = rangeOf(params);
  if (range.until === null) return `last ${range.since}`;
  const now = Date.now();
  const { fromMs, toMs } = intervalOf(range, now);
  return `${instant(fromMs, now)} – ${instant(toMs, now)}`;
}

interface CustomRangeProps extends RangePickerProps {
  readonly onDone: () => void;
}

function CustomRange({ params, onDone }: CustomRangeProps): ReactNode {
  const { fromMs, toMs } = intervalOf(rangeOf(params), Date.now());
  const [wrong, setWrong] = useState(false);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const from = Date.parse(formText(event.currentTarget, "from"));
    const to = Date.parse(formText(event.currentTarget, "to"));
    if (!(from < to)) return setWrong(true);
    change({ since: iso(from), until: iso(to) });
    return onDone();
  };
  return (
    <form className="popover" tabIndex={-1} onSubmit={submit} aria-label="Custom time range">
      <label>
        From
        <input type="datetime-local" name="from" step="1" defaultValue={localWords(fromMs)} />
      </label>
      <label>
        To
        <input type="datetime-local" name="to" step="1" defaultValue={localWords(toMs)} />
      </label>
      {wrong ? <p className="small is-error">“From” must come before “To”.</p> : null}
      <button type="submit" className="button primary">
        Show
      </button>
    </form>
  );
}

/** What a datetime-local field takes: local time without a zone. */
function localWords(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return iso(ms - offsetMs).slice(0, 19);
}
