// The filters that are on, each removable.
import type { ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { FILTER_LABELS, type FilterName, filtersFor } from "../state/filters.ts";
import { change, type Place } from "../state/place.ts";

export function Chips({ place }: { readonly place: Place }): ReactNode {
  const on = filtersFor(place.page).filter((name) => place.params.has(name));
  if (on.length === 0) return null;
  const all = Object.fromEntries(on.map((name) => [name, null]));
  return (
    <div className="chips" role="group" aria-label="Filters">
      {on.map((name) => (
        <Chip key={name} name={name} value={place.params.get(name) ?? ""} />
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
  const words = name === "min_duration_ms" ? `${value} ms` : value;
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
