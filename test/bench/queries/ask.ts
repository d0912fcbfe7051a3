// What people ask of a full store, each through the code that answers it in weir, and how long that takes.
import { setTimeout as sleep } from "node:timers/promises";
import { loadDashboards } from "../../../src/store/dashboards.ts";
import type { Row } from "../../../src/store/answer.ts";
import type { Store } from "../../../src/store/client.ts";
import { listLines } from "../../../src/store/logs/list-lines.ts";
import { readTerms } from "../../../src/store/logs/search-terms.ts";
import { runPanel } from "../../../src/store/panels/run-panel.ts";
import { listRequests, readTrace } from "../../../src/store/requests.ts";
import { processMicros } from "../cpu-time.ts";

export interface Full {
  readonly store: Store;
  readonly storePid: number;
  /** Milliseconds since the epoch: the newest row is not newer. */
  readonly untilMs: number;
  /** How often each is asked. */
  readonly times: number;
}

export interface Asked {
  readonly group: string;
  readonly name: string;
  /** Sorted. */
  readonly wallMs: readonly number[];
  /** Processor time of the store for one answer. */
  readonly cpuMs: number;
  /** Of the last answer. */
  readonly rows: number;
  /** Why there was none. */
  readonly fault: string;
}

interface Question {
  readonly group: string;
  readonly name: string;
  /** Gives the number of rows. `round`: which time it is asked. */
  readonly ask: (round: number) => Promise<number>;
}

const DAY_MS = 86_400_000;
export const WINDOWS: Readonly<Record<string, number>> = {
  "1 h": DAY_MS / 24,
  "24 h": DAY_MS,
  "30 d": 30 * DAY_MS,
};

export async function askAll(full: Full, only: RegExp): Promise<readonly Asked[]> {
  const all = [...panelQuestions(full), ...(await rowQuestions(full)), ...textQuestions(full)];
  const asked: Asked[] = [];
  for (const question of all.filter(({ group, name }) => only.test(`${group} ${name}`))) {
    asked.push(await timed(full, question));
  }
  return asked;
}

async function timed(full: Full, { group, name, ask }: Question): Promise<Asked> {
  const wallMs: number[] = [];
  const before = processMicros(full.storePid);
  let rows = 0;
  let fault = "";
  for (let round = 0; round < full.times && fault === ""; round++) {
    const startedMs = performance.now();
    try {
      rows = await ask(round);
    } catch (thrown) {
      fault = String(thrown).slice(0, 120);
    }
    wallMs.push(performance.now() - startedMs);
  }
  const cpuMs = (processMicros(full.storePid) - before) / 1000 / wallMs.length;
  await sleep(0);
  return { group, name, wallMs: wallMs.sort((a, b) => a - b), cpuMs, rows, fault };
}

/** Each panel once: those of boards, and those that only pages of the UI ask. */
function panelQuestions({ store, untilMs }: Full): Question[] {
  const { panels } = loadDashboards();
  return [...panels.values()].flatMap((panel) =>
    Object.entries(WINDOWS).map(([group, windowMs]) => ({
      group,
      name: panel.name,
      ask: async () => {
        const request = { sinceMs: untilMs - windowMs, untilMs, filters: {} };
        return (await runPanel(store, panel, request)).rows.length;
      },
    })),
  );
}

/** Traces of all ages, errors of routes from the busiest to the rarest. */
async function rowQuestions({ store, untilMs, times }: Full): Promise<Question[]> {
  const ids = await column(
    store,
    `SELECT argMin(trace_id, cityHash64(span_id)) AS value FROM requests
     WHERE kind = 'http' AND toStartOfFiveMinutes(started_at) IN (
       SELECT toStartOfFiveMinutes(fromUnixTimestamp(intDiv(${untilMs}, 1000) - toUInt32((number + 0.5) / ${times} * 30 * 86400)))
       FROM numbers(${times})
     )
     GROUP BY toStartOfFiveMinutes(started_at)`,
  );
  const routes = await column(
    store,
    `SELECT route AS value FROM requests_1h WHERE status_class = 5 GROUP BY route ORDER BY sum(requests) DESC`,
  );
  return [
    {
      group: "trace",
      name: "by id",
      ask: async (round) => {
        const { requests, spans } = await readTrace(store, ids[round % ids.length] ?? "");
        return requests.length + spans.length;
      },
    },
    ...[0, 0.5, 1].map((share) => {
      const route = routes[Math.round(share * (routes.length - 1))] ?? "";
      return {
        group: "last 100 errors",
        name: `of the route ${String(Math.round(share * 100))} % down the list`,
        ask: async () => {
          const filters = { route, status_class: 5 };
          return (await listRequests(store, filters, { untilMs, limit: 100 })).rows.length;
        },
      };
    }),
  ];
}

async function column(store: Store, sql: string): Promise<readonly string[]> {
  const { rows } = await store.query(sql, {}, { timeoutMs: 120_000 });
  return rows.map((row: Row) => String(row["value"]));
}

/** A word that one line in 10,000 has, one that none has, and two that most have. */
function textQuestions({ store, untilMs }: Full): Question[] {
  const window = { sinceMs: untilMs - DAY_MS, untilMs };
  return ["quarantined", "nowhere", "payment accepted"].map((text) => {
    const read = readTerms(text);
    if (!read.ok) throw new Error(`"${text}" is no search`);
    const filters = { terms: read.terms, source: "service" as const };
    return {
      group: "text over a day",
      name: text,
      ask: async () => (await listLines(store, { filters, window }, { limit: 100 })).rows.length,
    };
  });
}
