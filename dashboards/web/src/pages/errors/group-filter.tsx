// Narrows the kinds of errors to new ones, or to those of one who caused them; kept in the URL.
import type { ReactNode } from "react";
import { change, type Place } from "../../state/place.ts";
import { ERROR_SOURCES, type ErrorGroup } from "./error-group.ts";

interface GroupFilterProps {
  readonly groups: readonly ErrorGroup[];
  readonly place: Place;
}

export function shownGroups(
  groups: readonly ErrorGroup[],
  { params }: Place,
): readonly ErrorGroup[] {
  const by = params.get("by");
  const isNew = params.get("new") === "1";
  return groups.filter((group) => {
    return (by === null || group.error_source === by) && (!isNew || group.state === "new");
  });
}

export function GroupFilter({ groups, place: { params } }: GroupFilterProps): ReactNode {
  const by = params.get("by");
  const isNew = params.get("new") === "1";
  const news = groups.filter(({ state }) => state === "new").length;
  return (
    <>
      <button
        type="button"
        className="button quiet"
        aria-pressed={isNew}
        disabled={news === 0 && !isNew}
        onClick={() => change({ new: isNew ? null : "1" })}
      >
        New only ({news})
      </button>
      <span className="segments" role="group" aria-label="Caused by">
        <Choice words="all" isOn={by === null} onClick={() => change({ by: null })} />
        {ERROR_SOURCES.map((source) => (
          <Choice
            key={source}
            words={source}
            isOn={by === source}
            onClick={() => change({ by: source })}
          />
        ))}
      </span>
    </>
  );
}

interface ChoiceProps {
  readonly words: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Choice({ words, isOn, onClick }: ChoiceProps): ReactNode {
  return (
    <button type="button" aria-pressed={isOn} onClick={onClick}>
      {words}
    </button>
  );
}
