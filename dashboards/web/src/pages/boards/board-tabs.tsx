// The boards there are, each a link that keeps time and filters.
import type { ReactNode } from "react";
import type { BoardList } from "../../board.ts";
import { carried } from "../../state/filters.ts";
import { changed, hrefOf, type Place } from "../../state/place.ts";

interface BoardTabsProps {
  readonly boards: BoardList["boards"];
  readonly current: string;
  readonly place: Place;
}

export function BoardTabs({ boards, current, place }: BoardTabsProps): ReactNode {
  const params = carried(place.params);
  const ordered = boards.toSorted(
    (a, b) => Number(b.name === "overview") - Number(a.name === "overview"),
  );
  return (
    <nav className="tabs" aria-label="Boards">
      {ordered.map(({ name, title, question }) => (
        <a
          key={name}
          href={hrefOf("boards", changed(params, { board: name }))}
          title={question}
          aria-current={name === current ? "page" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}
