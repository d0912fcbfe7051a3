// The request list's filters for a row that has not reached the store; tested to agree with its SQL.
import type { RequestFilters } from "../../store/requests.ts";
import type { SpooledRow } from "../../telemetry/groups/spooled-row.ts";
import { shadowChange } from "../../telemetry/shadow-change.ts";

type Test = (row: SpooledRow, wanted: never) => boolean;

const TESTS: Readonly<Record<keyof RequestFilters, Test>> = {
  kind: (row, wanted: string) => {
    const kind = row.text("kind");
    return (kind === "decision" || kind === "audit" ? kind : "request") === wanted;
  },
  route: (row, wanted: string) => row.text("route") === wanted,
  service: (row, wanted: string) => row.text("service") === wanted,
  status: (row, wanted: number) => row.number("status") === wanted,
  status_class: (row, wanted: number) => Math.floor(row.number("status") / 100) === wanted,
  method: (row, wanted: string) => row.text("method") === wanted,
  principal: (row, wanted: string) => row.text("principal") === wanted,
  decision: (row, wanted: string) => row.text("decision") === wanted,
  shadow: (row, wanted: string) =>
    shadowChange(row.text("decision"), row.text("shadow_decision")) === wanted,
  shadow_revision: (row, wanted: string) => row.text("shadow_revision") === wanted,
  rule: (row, wanted: string) => row.text("rule") === wanted,
  upstream: (row, wanted: string) => row.text("upstream") === wanted,
  path_prefix: (row, wanted: string) => row.text("path").startsWith(wanted),
  error_code: (row, wanted: string) => row.text("error_code") === wanted,
  auth_outcome: (row, wanted: string) => row.text("auth_outcome") === wanted,
  client_address: (row, wanted: string) => row.text("client_address") === wanted,
  trace_id: (row, wanted: string) => row.text("trace_id") === wanted,
  min_duration_ns: (row, wanted: number) => row.number("duration_ns") >= wanted,
  max_duration_ns: (row, wanted: number) => row.number("duration_ns") < wanted,
};

export function matches(row: SpooledRow, filters: RequestFilters): boolean {
  for (const name in filters) {
    const key = name as keyof RequestFilters;
    if (!TESTS[key](row, filters[key] as never)) return false;
  }
  return true;
}
