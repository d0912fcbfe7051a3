// The filters of a board, set by typing or by picking a name that weir knows.
import { type ReactNode, type SyntheticEvent, useId } from "react";
import { useNames } from "../../frame/use-names.ts";
import { formText } from "../../parts/form-text.ts";
import { FILTER_LABELS, type FilterName } from "../../state/filters.ts";
import { change, type Place } from "../../state/place.ts";

interface VariablesProps {
  readonly names: readonly string[];
  readonly place: Place;
}

export function Variables({ names, place }: VariablesProps): ReactNode {
  const known = useNames();
  const options: Readonly<Record<string, readonly string[]>> = {
    route: known.routes,
    service: known.services,
  };
  return names.map((name) => {
    const value = place.params.get(name) ?? "";
    // A new value from elsewhere, such as a chip's removal, is a new field.
    return (
      <Variable key={`${name} ${value}`} name={name} value={value} known={options[name] ?? []} />
    );
  });
}

interface VariableProps {
  readonly name: string;
  readonly value: string;
  readonly known: readonly string[];
}

function Variable({ name, value, known }: VariableProps): ReactNode {
  const list = useId();
  const label = FILTER_LABELS[name as FilterName] ?? name;
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = formText(event.currentTarget, name).trim();
    change({ [name]: text === "" ? null : text });
  };
  return (
    <form className="variable" onSubmit={submit}>
      <label>
        {label}
        <input name={name} defaultValue={value} list={list} placeholder="all" autoComplete="off" />
      </label>
      <datalist id={list}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </form>
  );
}
