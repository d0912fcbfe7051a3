// Columns of the kinds of errors.
import { Amount } from "../../parts/amount.tsx";
import { StatusMark } from "../../parts/status-mark.tsx";
import type { TableColumn } from "../../tables/columns.ts";
import { lastColumn } from "../../tables/last-column.tsx";
import { requestsColumn } from "../../tables/requests-column.tsx";
import { Sparkline } from "../../tables/sparkline.tsx";
import { instant, timeMs } from "../../words/time.ts";
import { count } from "../../../../../src/core/quantity.ts";
import { changeOf } from "../overview/change-words.ts";
import { hostOf } from "../overview/verdict-line.tsx";
import type { ErrorGroup } from "./error-group.ts";

export function groupColumns(rows: readonly ErrorGroup[]): readonly TableColumn<ErrorGroup>[] {
  return [...WHAT, requestsColumn(rows, "error"), ...WHEN, lastColumn()];
}

const WHAT: readonly TableColumn<ErrorGroup>[] = [
  {
    key: "status",
    label: "Status",
    value: ({ status }) => status,
    show: ({ status }) => <StatusMark status={status} />,
  },
  {
    key: "error_code",
    label: "Error",
    value: (group) => group.error_code,
    show: ({ error_code, state }) => (
      <>
        {error_code || <span className="muted">the upstream&rsquo;s own answer</span>}
        {state === "new" ? <span className="tag bad after">new</span> : null}
      </>
    ),
    wide: true,
    lead: true,
  },
  { key: "error_source", label: "By", value: (group) => group.error_source },
  {
    key: "route",
    label: "Route",
    value: ({ route }) => route,
    show: ({ route }) => route || <span className="muted">no route</span>,
  },
  { key: "upstream", label: "Upstream", value: ({ upstream }) => hostOf(upstream) },
  {
    key: "course",
    label: "Course",
    value: ({ course }) => course.join(" "),
    show: ({ course }) => <Sparkline counts={course} tone="error" />,
  },
];

const WHEN: readonly TableColumn<ErrorGroup>[] = [
  {
    key: "before",
    label: "To the time before",
    value: ({ before }) => before,
    numeric: true,
    show: ({ requests, before, state }) => {
      // Nothing before, and not new: weir was not there to see it.
      if (before === 0 && state === "") return <span className="faint">–</span>;
      const { words, tone } = changeOf(requests, before, "error");
      return <span className={tone === "" ? "muted" : `is-${tone}`}>{words}</span>;
    },
  },
  {
    key: "callers",
    label: "Callers",
    value: ({ callers }) => callers,
    numeric: true,
    show: ({ callers }) => <Amount of={count(callers)} />,
  },
  {
    key: "first_at",
    label: "First",
    value: (group) => group.first_at,
    numeric: true,
    show: (group) => (
      <time dateTime={group.first_at}>{instant(timeMs(group.first_at), Date.now())}</time>
    ),
  },
];
