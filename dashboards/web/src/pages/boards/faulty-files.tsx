// Files of panels and boards that can't be used, each with its line.
import type { ReactNode } from "react";
import type { BoardList } from "../../board.ts";

export function FaultyFiles({ faults }: Pick<BoardList, "faults">): ReactNode {
  if (faults.length === 0) return null;
  return (
    <details className="faulty">
      <summary>
        {faults.length === 1 ? "A file is wrong" : `${faults.length} things are wrong with files`};
        the others work
      </summary>
      <ul>
        {faults.map(({ file, line, message }) => (
          <li key={`${file}:${line}: ${message}`}>
            <code>
              {file}:{line}
            </code>{" "}
            {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
