// The filters that are on, each removable.
import type { ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { activeFilters, FILTER_LABELS, type FilterName, filterWords } from "../state/filters.ts";
import { change, type Place } from "../state/place.ts";

export function Chips({ place }: { readonly place: Place }): ReactNode {
  const on = activeFilters(place);
  if (on.length === 0) return null;
  const all = Object.fromEntries(on.map(([name]) => [name, null]));
  return (
    <div className="chips" role="group" aria-label="Filters">
      {on.map(([name, value]) => (
        <Chip key={name} name={name} value={value} />
      ))}
      {on.length > 1 ? (
        <button type="button" className="button quiet" onClick={() => change(all)}>
          Clear all
        </button>
      ) : null}
    </div>
  );
}

interface ChipProps {
  readonly name: FilterName;
  readonly value: string;
}

function Chip({ name, value }: ChipProps): ReactNode {
  const words = filterWords(name, value);
  return (
    <span className="chip">
      <span>{FILTER_LABELS[name]}</span>
      <b title={value}>{words}</b>
      <button
        type="button"
        aria-label={`Remove filter ${FILTER_LABELS[name]} ${words}`}
        onClick={() => change({ [name]: null })}
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}
