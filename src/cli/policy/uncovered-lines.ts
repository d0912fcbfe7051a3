// The rules that `weir policy who` and `can` can't say all of, for reading and as JSON.
import type { UncoveredRule } from "../../policy/classes/uncovered.ts";

const MOST_SHOWN = 10;

/** Lines without line ends; none where all is covered. */
export function uncoveredLines(uncovered: readonly UncoveredRule[]): readonly string[] {
  if (uncovered.length === 0) return [];
  const rest = uncovered.length - MOST_SHOWN;
  return [
    "not covered, so there may be more:",
    ...uncovered.slice(0, MOST_SHOWN).map(uncoveredLine),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function uncoveredLine({ rule, reason }: UncoveredRule): string {
  return rule === null ? `  ${reason}` : `  ${rule.source}: ${rule.text} (${reason})`;
}

export function uncoveredJson(uncovered: readonly UncoveredRule[]): readonly object[] {
  return uncovered.map(({ rule, reason }) => ({ rule: rule?.text ?? "", reason }));
}
