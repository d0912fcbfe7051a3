// What happened to weir itself and what fired, as marks in charts.
import type { Alerts } from "../../alerting.ts";
import type { Status } from "../../api.ts";
import type { ChartMark } from "../../charts/chart-model.ts";
import { timeMs } from "../../words/time.ts";

/** Marks closer than this say the same thing twice: a start loads the policy too. */
const SAME_MS = 5000;

export function marksOf(status: Status | null, alerts: Alerts | null): readonly ChartMark[] {
  return [...ownMarks(status), ...(alerts?.alerts ?? []).flatMap(alertMark)];
}

/** Where it began to fire; those that are long over are no longer told of. */
function alertMark({ alert, fired_at }: Alerts["alerts"][number]): readonly ChartMark[] {
  return fired_at === null ? [] : [{ atMs: timeMs(fired_at), label: alert, color: "--error" }];
}

function ownMarks(status: Status | null): readonly ChartMark[] {
  if (status === null) return [];
  const { started_at, reload, policy } = status;
  const marks: ChartMark[] = [{ atMs: timeMs(started_at), label: "start", color: "--faint" }];
  if (reload !== null) {
    const [label, color] = reload.ok ? ["reload", "--accent"] : ["reload failed", "--error"];
    add(marks, { atMs: timeMs(reload.at), label, color });
  }
  if (policy.loaded_at !== null) {
    add(marks, { atMs: timeMs(policy.loaded_at), label: "policy", color: "--policy" });
  }
  return marks;
}

function add(marks: ChartMark[], mark: ChartMark): void {
  if (marks.every(({ atMs }) => Math.abs(atMs - mark.atMs) > SAME_MS)) marks.push(mark);
}
