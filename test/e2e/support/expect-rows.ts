// The one expectation all fault tests end with.
import { expect } from "vitest";
import { checkRows, type Ask, type RowFindings } from "../../support/check-rows.ts";
import type { Answer } from "../../support/weir-process-load.ts";

/** One row for each answer, none twice, rollups that agree; more rows only for requests cut off. */
export async function expectOneRowEach(
  ask: Ask,
  answers: readonly Answer[],
  mostUnanswered = 0,
): Promise<RowFindings> {
  const found = await checkRows(ask, answers);
  const { lost, twice, wrongStatus, badRollups } = found;
  expect({ lost, twice, wrongStatus, badRollups }).toEqual({
    lost: [],
    twice: [],
    wrongStatus: [],
    badRollups: [],
  });
  expect(found.rows).toBeGreaterThanOrEqual(answers.length);
  expect(found.rows).toBeLessThanOrEqual(answers.length + mostUnanswered);
  return found;
}
