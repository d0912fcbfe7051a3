// How a service's log line is named in answers and in /api/v1/logs/lines/{id}.
import type { Row } from "../../../store/answer.ts";
import { isoTime } from "../../times.ts";

/** Of a row with its time and id, as store/logs has them. */
export function lineName(row: Row): string {
  return `${String(isoTime(row["time"]))}~${String(row["id"])}`;
}
