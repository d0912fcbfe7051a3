// The tail's state: newest first, bounded however long it is open, held back and counted.
import { expect, it } from "vitest";
import {
  arrive,
  KEPT_ROWS,
  openTail,
  rateOf,
  recall,
  release,
  STRIP_SECONDS,
  type TailState,
} from "../../dashboards/web/src/pages/tail/tail-state.ts";
import type { RequestRow } from "../../dashboards/web/src/request-row.ts";

const START_MS = Date.UTC(2026, 10, 22, 3);

function row(at: number, values: Partial<RequestRow> = {}): RequestRow {
  const started_at = new Date(START_MS + at * 10).toISOString();
  return { span_id: `s${at}`, started_at, status: 200, decision: "allow", ...values } as RequestRow;
}

function rows(from: number, to: number): RequestRow[] {
  return Array.from({ length: to - from }, (_, at) => row(from + at));
}

/** Ten minutes of 100 rows a second, and as many not sent. */
function minutes(isHeld: boolean): TailState {
  let state = openTail(START_MS);
  for (let second = 0; second < 600; second++) {
    const arrival = { rows: rows(second * 100, second * 100 + 100), unseen: 100, isHeld };
    state = arrive(state, { ...arrival, nowMs: START_MS + second * 1000 });
  }
  return state;
}

it("keeps the newest rows of minutes, and counts all", () => {
  const state = minutes(false);
  expect(state.list.rows.map(({ span_id }) => span_id)).toEqual(
    rows(60_000 - KEPT_ROWS, 60_000)
      .map(({ span_id }) => span_id)
      .toReversed(),
  );
  expect(state.held).toEqual([]);
  expect(state).toMatchObject({ came: 120_000, unseen: 60_000, heldCount: 0 });
  expect(state.seconds).toHaveLength(STRIP_SECONDS);
  expect(rateOf(state, START_MS + 600_000)).toBe(200);
});

it("holds back no more than it would show, and shows it when let go", () => {
  const state = minutes(true);
  expect(state.list.rows).toEqual([]);
  expect(state.held).toHaveLength(KEPT_ROWS);
  expect(state.heldCount).toBe(60_000);
  const shown = release(state);
  expect(shown.list.rows[0]?.span_id).toBe("s59999");
  expect(shown).toMatchObject({ held: [], heldCount: 0 });
});

it("tells what ended by how it ended", () => {
  const ended = [row(1), row(2, { status: 502 }), row(3, { status: 403, decision: "deny" })];
  const arrival = { rows: ended, unseen: 4, nowMs: START_MS, isHeld: false };
  const [second] = arrive(openTail(START_MS), arrival).seconds;
  expect(second).toMatchObject({ fine: 1, failed: 1, refused: 1, unseen: 4 });
});

it("puts older rows below, once, and counts them not", () => {
  const arrival = { rows: rows(5, 7), unseen: 0, nowMs: START_MS, isHeld: false };
  const state = recall(arrive(openTail(START_MS), arrival), rows(3, 6));
  expect(state.list.rows.map(({ span_id }) => span_id)).toEqual(["s6", "s5", "s4", "s3"]);
  expect(state.came).toBe(2);
});

it("says no rate before a second has passed, and none where nothing came", () => {
  const state = openTail(START_MS + 500);
  expect(rateOf(state, START_MS + 1400)).toBeNull();
  expect(rateOf(state, START_MS + 3000)).toBe(0);
});
