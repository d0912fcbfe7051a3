// The request list's state: live rows come in front and are bounded, older ones go on right after the last row shown.
import { describe, expect, it } from "vitest";
import {
  append,
  EMPTY_LIST,
  type ListState,
  MAX_ROWS,
  prepend,
} from "../../dashboards/web/src/pages/requests/list-state.ts";
import type { RequestRow } from "../../dashboards/web/src/request-row.ts";
import { cursorOf } from "../../src/store/request-cursor.ts";

const START_MS = Date.UTC(2026, 10, 22, 3);
const PAGE = 100;

/** The one of number `at`; a later one has a higher number. */
function row(at: number): RequestRow {
  const started = new Date(START_MS + at * 10).toISOString().replace("Z", "000000Z");
  return { span_id: `s${String(at).padStart(6, "0")}`, started_at: started } as RequestRow;
}

function rows(from: number, to: number): RequestRow[] {
  return Array.from({ length: to - from }, (_, at) => row(from + at));
}

/** As the API answers of rows 0 to 9,999. */
function page(before: string | null): { rows: RequestRow[]; next: string | null } {
  const all = rows(0, 10_000).toReversed();
  const from = before === null ? 0 : all.findIndex((each) => cursorOf(each) < before);
  const found = all.slice(from, from + PAGE);
  return { rows: found, next: cursorOf(found.at(-1)!) };
}

function first(): ListState {
  return append(EMPTY_LIST, { shown: [], ...page(null) });
}

function older(state: ListState): ListState {
  return append(state, { shown: state.rows, ...page(state.next) });
}

/** Numbers of the rows, newest first. */
function numbers({ rows: shown }: ListState): number[] {
  return shown.map(({ span_id: id }) => Number(id.slice(1)));
}

/** From `newest` down, none left out. */
function down(newest: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => newest - at);
}

describe("older rows go on right after the last one", () => {
  it("where none was cut off", () => {
    expect(numbers(older(older(first())))).toEqual(down(9999, 300));
  });

  it("where live rows cut some off", () => {
    const full = prepend(first(), rows(10_000, 10_950));
    expect(numbers(full)).toEqual(down(10_949, MAX_ROWS));
    expect(numbers(older(full))).toEqual(down(10_949, MAX_ROWS + PAGE));
  });

  it("where all are live ones by now", () => {
    const full = prepend(first(), rows(10_000, 11_200));
    expect(full.next).toBe(cursorOf(row(10_200)));
  });

  it("where live rows cut some off while they were asked for", () => {
    const asked = prepend(first(), rows(10_000, 10_900));
    const cut = prepend(asked, rows(10_900, 10_930));
    const loaded = append(cut, { shown: asked.rows, ...page(asked.next) });
    expect(numbers(loaded)).toEqual(down(10_929, 1130));
  });

  it("where everything in the range was shown, and more came than is kept", () => {
    const all = append(EMPTY_LIST, { shown: [], rows: rows(0, 10).toReversed(), next: null });
    expect(prepend(all, rows(10, 20)).next).toBeNull();
    expect(prepend(all, rows(10, 1010)).next).toBe(cursorOf(row(10)));
  });
});

it("keeps older ones that were asked for, and lets live ones in", () => {
  let state = prepend(first(), rows(10_000, 10_900));
  state = prepend(older(state), rows(10_900, 10_910));
  expect(numbers(state)).toEqual(down(10_909, MAX_ROWS + PAGE));
  expect(state.next).toBe(cursorOf(row(10_909 - MAX_ROWS - PAGE + 1)));
});

it("leaves a live row that began before the last one to the older page", () => {
  const late = row(9850);
  const state = prepend(first(), [late, row(10_000)]);
  expect(numbers(state)).toEqual(down(10_000, 101));
  expect(numbers(older(state))).toEqual(down(10_000, 201));
});

it("has those of one instant in the order of the API", () => {
  const twins = ["b", "a", "c"].map((span_id) => ({ ...row(1), span_id }));
  const { rows: shown } = prepend(EMPTY_LIST, twins);
  expect(shown.map(({ span_id: id }) => id)).toEqual(["c", "b", "a"]);
});
