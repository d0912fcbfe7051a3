// The filters that lead from a row of errors to its requests.
import type { ErrorRow } from "../../api.ts";

export function errorFilters({ route, status, upstream }: ErrorRow): Record<string, string> {
  return { route, status: String(status), upstream };
}
