// A panel's or a board's faulty file as the answer to whoever asked for it.
import type { DashboardFault } from "../store/panels/panel.ts";
import { faultLines } from "../store/dashboards.ts";
import { Problem } from "./http/problem.ts";

const MOST_NAMED = 5;

export function badFile(
  code: "bad_panel" | "bad_board",
  faults: readonly DashboardFault[],
): Problem {
  return new Problem(code, faultLines(faults, MOST_NAMED), { members: { faults: [...faults] } });
}
