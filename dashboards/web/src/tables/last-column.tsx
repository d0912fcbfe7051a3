// When something was last seen, as the door to the newest example of it.
import { TraceLink } from "../parts/door.tsx";
import { age, timeMs } from "../words/time.ts";
import type { TableColumn } from "./columns.ts";

interface Seen {
  readonly last_at: string;
  readonly trace_id: string;
}

export function lastColumn<Row extends Seen>(): TableColumn<Row> {
  return {
    key: "last_at",
    label: "Last",
    value: ({ last_at }) => last_at,
    numeric: true,
    show: ({ last_at, trace_id }) => (
      <TraceLink traceId={trace_id}>{age(Date.now() - timeMs(last_at))} ago</TraceLink>
    ),
  };
}
