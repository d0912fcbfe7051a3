// Which endpoints stood for choice, with the scores they had, and which was picked.
import type { ReactNode } from "react";
import { Door } from "../parts/door.tsx";
import { Icon } from "../parts/icon.tsx";
import type { RequestRow } from "../request-row.ts";
import { scoreWords } from "../words/score.ts";

export function Candidates({ row }: { readonly row: RequestRow }): ReactNode {
  const { candidates, candidate_scores: scores, candidate_inflight: inflight } = row;
  if (candidates.length === 0) {
    return <p className="muted">No endpoint was chosen: the request ended before that.</p>;
  }
  const most = Math.max(...scores.map(Math.abs));
  const first = row.attempt_upstream[0] ?? row.upstream;
  return (
    <table className="candidates" aria-label="Candidates">
      <thead>
        <tr>
          <th scope="col">Endpoint</th>
          <th scope="col">Score, lower is better</th>
          <th scope="col" className="numeric">
            In flight
          </th>
          <th scope="col">
            <span className="visually-hidden">Choice</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((candidate, index) => (
          <tr key={candidate} className={candidate === first ? "picked" : ""}>
            <td className="mono">
              <Door filters={{ upstream: candidate }}>{candidate.replace(/^https?:\/\//, "")}</Door>
            </td>
            <td>
              <Score score={scores[index] ?? 0} most={most} picker={row.picker} />
            </td>
            <td className="numeric">{inflight[index] ?? 0}</td>
            <td>{choiceWords(candidate, first, row)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ScoreProps {
  readonly score: number;
  readonly most: number;
  readonly picker: string;
}

function Score({ score, most, picker }: ScoreProps): ReactNode {
  const width = most > 0 ? (Math.abs(score) / most) * 100 : 0;
  return (
    <span className="score">
      <span>{scoreWords(score, picker)}</span>
      <span className="bar-track" aria-hidden="true">
        <span className="bar-fill" style={{ width: `${width}%` }} />
      </span>
    </span>
  );
}

function choiceWords(candidate: string, first: string, row: RequestRow): ReactNode {
  if (candidate === first) {
    return (
      <span className="tag accent">
        <Icon name="check" size={11} /> picked
      </span>
    );
  }
  return row.attempt_upstream.includes(candidate) ? <span className="tag">tried next</span> : null;
}
