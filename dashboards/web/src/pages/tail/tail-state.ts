// What the tail knows: the newest rows, those held back while somebody reads, and the last minute by the second.
import type { RequestRow } from "../../request-row.ts";
import { EMPTY_LIST, type ListState, prepend } from "../requests/list-state.ts";

/** Rows on screen, and rows held back: some screens full of each. */
export const KEPT_ROWS = 300;
export const STRIP_SECONDS = 60;
const RATE_SECONDS = 10;

/** How many ended in one second, by what a reader looks for. */
export interface SecondCount {
  /** Seconds since the epoch. */
  readonly atS: number;
  readonly fine: number;
  readonly refused: number;
  readonly failed: number;
  /** Came, but was not sent here. */
  readonly unseen: number;
}

export interface TailState {
  readonly openedMs: number;
  readonly list: ListState;
  /** Newest last; at most KEPT_ROWS of the `heldCount` that came. */
  readonly held: readonly RequestRow[];
  readonly heldCount: number;
  /** Since opened, shown or not. */
  readonly came: number;
  readonly unseen: number;
  /** Oldest first; seconds without any are left out. */
  readonly seconds: readonly SecondCount[];
}

export interface Arrival {
  readonly rows: readonly RequestRow[];
  readonly unseen: number;
  readonly nowMs: number;
  /** Somebody reads: the list stays as it is. */
  readonly isHeld: boolean;
}

export function openTail(openedMs: number): TailState {
  return { openedMs, list: EMPTY_LIST, held: [], heldCount: 0, came: 0, unseen: 0, seconds: [] };
}

export function arrive(state: TailState, { rows, unseen, nowMs, isHeld }: Arrival): TailState {
  const counted = {
    ...state,
    came: state.came + rows.length + unseen,
    unseen: state.unseen + unseen,
    seconds: countedIn(state.seconds, secondOf(rows, unseen, nowMs)),
    held: [...state.held, ...rows].slice(-KEPT_ROWS),
    heldCount: state.heldCount + rows.length,
  };
  return isHeld ? counted : release(counted);
}

/** What was held back comes onto the screen. */
export function release(state: TailState): TailState {
  if (state.heldCount === 0) return state;
  const list = prepend(state.list, state.held);
  const rows = list.rows.slice(0, KEPT_ROWS);
  return { ...state, list: { ...list, rows }, held: [], heldCount: 0 };
}

/** Rows that ended before the tail was opened, below the live ones; they are not counted. */
export function recall(state: TailState, rows: readonly RequestRow[]): TailState {
  const { rows: recalled } = prepend(state.list, rows);
  return { ...state, list: { ...state.list, rows: recalled.slice(0, KEPT_ROWS) } };
}

/** Of the last whole seconds; null before there was one. */
export function rateOf({ seconds, openedMs }: TailState, nowMs: number): number | null {
  const nowS = Math.floor(nowMs / 1000);
  const sinceS = Math.max(nowS - RATE_SECONDS, Math.ceil(openedMs / 1000));
  if (sinceS >= nowS) return null;
  const within = seconds.filter(({ atS }) => atS >= sinceS && atS < nowS);
  return within.reduce((sum, second) => sum + totalOf(second), 0) / (nowS - sinceS);
}

export function totalOf({ fine, refused, failed, unseen }: SecondCount): number {
  return fine + refused + failed + unseen;
}

function secondOf(rows: readonly RequestRow[], unseen: number, nowMs: number): SecondCount {
  const failed = rows.filter(({ status }) => status >= 500).length;
  const refused = rows.filter(({ status, decision }) => status < 500 && decision === "deny").length;
  const fine = rows.length - failed - refused;
  return { atS: Math.floor(nowMs / 1000), fine, refused, failed, unseen };
}

function countedIn(seconds: readonly SecondCount[], more: SecondCount): readonly SecondCount[] {
  if (totalOf(more) === 0) return seconds;
  const last = seconds.at(-1);
  if (last?.atS === more.atS) return [...seconds.slice(0, -1), sum(last, more)];
  return [...seconds, more].filter(({ atS }) => atS > more.atS - STRIP_SECONDS);
}

function sum(a: SecondCount, b: SecondCount): SecondCount {
  return {
    atS: a.atS,
    fine: a.fine + b.fine,
    refused: a.refused + b.refused,
    failed: a.failed + b.failed,
    unseen: a.unseen + b.unseen,
  };
}
