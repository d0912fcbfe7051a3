// Adds filters by choosing, for those who do not want to type them.
import type { ChangeEvent, ReactNode } from "react";
import { filterWords } from "../../state/filters.ts";
import { change } from "../../state/place.ts";

interface Choice {
  readonly label: string;
  readonly name: string;
  readonly values: readonly (readonly [value: string, words: string])[];
}

const STATUSES: Choice = {
  label: "Status",
  name: "status_class",
  values: [
    ["2xx", "2xx"],
    ["3xx", "3xx"],
    ["4xx", "4xx"],
    ["5xx", "5xx"],
  ],
};
const DECISIONS: Choice = {
  label: "Decision",
  name: "decision",
  values: [
    ["allow", "allow"],
    ["deny", "deny"],
    ["none", "none"],
    ["error", "error"],
  ],
};
const DURATIONS: Choice = {
  label: "Slower than",
  name: "min_duration_ms",
  values: [
    ["10", "10 ms"],
    ["100", "100 ms"],
    ["500", "500 ms"],
    ["1000", "1 s"],
    ["5000", "5 s"],
  ],
};

interface FilterBarProps {
  readonly params: URLSearchParams;
  readonly routes: readonly string[];
}

export function FilterBar({ params, routes }: FilterBarProps): ReactNode {
  const named: Choice = {
    label: "Route",
    name: "route",
    values: [...routes.map((name) => [name, name] as const), ["", filterWords("route", "")]],
  };
  return (
    <div className="filter-bar">
      {[named, STATUSES, DECISIONS, DURATIONS].map((choice) => (
        <Chooser key={choice.name} choice={choice} current={params.get(choice.name)} />
      ))}
    </div>
  );
}

interface ChooserProps {
  readonly choice: Choice;
  /** null: none is chosen. */
  readonly current: string | null;
}

/** Values of options: "" chooses nothing, what follows "=" may be empty. */
function optionOf(value: string | null): string {
  return value === null ? "" : `=${value}`;
}

function Chooser({ choice: { label, name, values }, current }: ChooserProps): ReactNode {
  const other = current !== null && values.every(([value]) => value !== current);
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>): void =>
    change({ [name]: target.value === "" ? null : target.value.slice(1) });
  return (
    <select className="button" aria-label={label} value={optionOf(current)} onChange={choose}>
      <option value="">{label}</option>
      {other ? <option value={optionOf(current)}>{current}</option> : null}
      {values.map(([value, words]) => (
        <option key={value} value={optionOf(value)}>
          {words}
        </option>
      ))}
    </select>
  );
}
