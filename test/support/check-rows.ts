// Exactly one row for each answered request, and rollups that count what the rows count.
import type { Answer } from "./weir-process-load.ts";

export type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;

export interface RowFindings {
  readonly answered: number;
  readonly rows: number;
  /** Answered requests without a row. */
  readonly lost: readonly string[];
  /** Ids with more than one row. */
  readonly twice: readonly string[];
  /** Rows whose status is not what the client saw. */
  readonly wrongStatus: readonly string[];
  /** Rollup tables that disagree with `requests`. */
  readonly badRollups: readonly string[];
}

const PAGE = 10_000;
/** Rows of traffic, which rollups count; others tell of decisions asked for, and of changes. */
const TRAFFIC = "kind NOT IN ('decision', 'audit')";

/** Everything empty but the counts where all is well. */
export async function checkRows(ask: Ask, answers: readonly Answer[]): Promise<RowFindings> {
  const rows = await readIds(ask);
  const lost: string[] = [];
  const wrongStatus: string[] = [];
  for (const { id, status } of answers) {
    const found = rows.get(id);
    if (found === undefined) lost.push(id);
    else if (!found.includes(status)) wrongStatus.push(`${id}: ${found.join()} not ${status}`);
  }
  const twice = [...rows].filter(([, statuses]) => statuses.length > 1).map(([id]) => id);
  const count = [...rows.values()].reduce((sum, { length }) => sum + length, 0);
  const badRollups = await compareRollups(ask);
  return { answered: answers.length, rows: count, lost, twice, wrongStatus, badRollups };
}

/** The statuses of each id's rows. */
async function readIds(ask: Ask): Promise<Map<string, number[]>> {
  const rows = new Map<string, number[]>();
  for (let offset = 0; ; offset += PAGE) {
    const page = await ask(
      `SELECT concat(trace_id, '-', span_id) AS id, status FROM requests
       WHERE ${TRAFFIC} ORDER BY trace_id, span_id LIMIT ${PAGE} OFFSET ${offset}`,
    );
    for (const row of page) {
      const id = String(row["id"]);
      rows.set(id, [...(rows.get(id) ?? []), Number(row["status"])]);
    }
    if (page.length < PAGE) return rows;
  }
}

async function compareRollups(ask: Ask): Promise<string[]> {
  const [truth = {}] = await ask(
    `SELECT count() AS requests, sum(length(attempt_upstream)) AS attempts FROM requests WHERE ${TRAFFIC}`,
  );
  const bad: string[] = [];
  for (const width of ["10s", "1m", "5m", "1h", "6h"]) {
    for (const what of ["requests", "attempts"] as const) {
      const table = what === "requests" ? `requests_${width}` : `upstreams_${width}`;
      const [row = {}] = await ask(
        `SELECT sum(${what}) AS n, sum(arraySum(mapValues(buckets))) AS bucketed FROM ${table}`,
      );
      const wanted = Number(truth[what]);
      if (Number(row["n"]) !== wanted || Number(row["bucketed"]) !== wanted) {
        bad.push(`${table}: ${String(row["n"])} (${String(row["bucketed"])}) not ${wanted}`);
      }
    }
  }
  return bad;
}
