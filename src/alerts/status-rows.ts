// What weir knows of itself as rows, for rules that hold whether the store answers or not.
import { type Expiring, type ExpiryState, expiryState } from "../core/expiry.ts";
import type { Row, StatusTopic } from "./rule.ts";

/** What is looked at; the same that /api/v1/status tells. */
export interface StatusFacts {
  readonly certificates: readonly (Expiring & {
    readonly keyPath: string;
    readonly file: string;
  })[];
  readonly spool: {
    readonly usedBytes: number;
    readonly maxBytes: number;
    readonly droppedRows: number;
    readonly rejectedRows: number;
    /** Age of the oldest row that waits. */
    readonly lagMs: number;
  };
  readonly store: { readonly isDown: boolean; readonly sinceMs: number };
  /** Whether the newest reload came into force. */
  readonly isReloaded: boolean;
}

/** Units by column, for texts. */
export const STATUS_COLUMNS: Readonly<Record<StatusTopic, Readonly<Record<string, string>>>> = {
  certificates: { key: "text", file: "text", state: "count", days_left: "count" },
  spool: {
    used_share: "share",
    used_bytes: "bytes",
    lag_ns: "ns",
    dropped_rows: "count",
    rejected_rows: "count",
  },
  store: { down: "count", state_ns: "ns" },
  reload: { refused: "count" },
};

const STATES: Readonly<Record<ExpiryState, number>> = { ok: 0, soon: 1, expired: 2, future: 3 };
const DAY_MS = 86_400_000;
const NS = 1e6;

/** Rows lost before a window count no more; looks come at any pace, so they are remembered by time. */
export class StatusRows {
  readonly #facts: () => StatusFacts;
  readonly #losses: {
    readonly atMs: number;
    readonly dropped: number;
    readonly rejected: number;
  }[] = [];

  constructor(facts: () => StatusFacts) {
    this.#facts = facts;
  }

  of(topic: StatusTopic, { windowMs, nowMs }: { windowMs: number; nowMs: number }): readonly Row[] {
    const facts = this.#facts();
    if (topic === "certificates") return certificateRows(facts, nowMs);
    if (topic === "reload") return [{ refused: facts.isReloaded ? 0 : 1 }];
    if (topic === "spool") return [this.#spoolRow(facts, nowMs - windowMs, nowMs)];
    const { isDown, sinceMs } = facts.store;
    return [{ down: isDown ? 1 : 0, state_ns: (nowMs - sinceMs) * NS }];
  }

  #spoolRow({ spool }: StatusFacts, sinceMs: number, nowMs: number): Row {
    const { droppedRows, rejectedRows, usedBytes, maxBytes, lagMs } = spool;
    const lost = this.#losses;
    lost.push({ atMs: nowMs, dropped: droppedRows, rejected: rejectedRows });
    while (lost[1] !== undefined && lost[1].atMs <= nowMs - LONGEST_MS) lost.shift();
    const before = lost.findLast(({ atMs }) => atMs <= sinceMs) ?? NOTHING_LOST;
    return {
      used_share: usedBytes / maxBytes,
      used_bytes: usedBytes,
      lag_ns: lagMs * NS,
      dropped_rows: droppedRows - before.dropped,
      rejected_rows: rejectedRows - before.rejected,
    };
  }
}

/** Longer windows count from there. */
const LONGEST_MS = 3_600_000;
/** Counts begin with the run. */
const NOTHING_LOST = { atMs: 0, dropped: 0, rejected: 0 };

function certificateRows({ certificates }: StatusFacts, nowMs: number): readonly Row[] {
  return certificates.map((each) => ({
    key: each.keyPath,
    file: each.file,
    state: STATES[expiryState(each, nowMs)],
    days_left: (each.notAfterMs - nowMs) / DAY_MS,
  }));
}
