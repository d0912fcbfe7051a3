// Service level objectives: how fast a route's error budget burns, and the rules that follow from one line.
// The Site Reliability Workbook, chapter 5 ("Alerting on SLOs"): several windows, several burn rates.
import { durationMs, durationText } from "./duration.ts";
import type { SloInput } from "./file-schema.ts";
import type { Rule, Severity, Slo } from "./rule.ts";

interface Tier {
  readonly name: string;
  /** Times as fast as the whole budget would last its window. */
  readonly burn: number;
  readonly longMs: number;
  /** A twelfth: it ends soon after the burning does. */
  readonly shortMs: number;
  readonly everyMs: number;
  readonly severity: Severity;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** For a window of 30 days: 2 % of the budget in an hour, 5 % in six, 10 % in three days. */
const TIERS: readonly Tier[] = [
  {
    name: "fast",
    burn: 14.4,
    longMs: HOUR_MS,
    shortMs: 5 * MINUTE_MS,
    everyMs: MINUTE_MS / 2,
    severity: "page",
  },
  {
    name: "steady",
    burn: 6,
    longMs: 6 * HOUR_MS,
    shortMs: 30 * MINUTE_MS,
    everyMs: MINUTE_MS,
    severity: "page",
  },
  {
    name: "slow",
    burn: 1,
    longMs: 72 * HOUR_MS,
    shortMs: 2 * HOUR_MS,
    everyMs: 5 * MINUTE_MS,
    severity: "ticket",
  },
];

export function buildSlo({ route, objective, latency, window }: SloInput): Slo {
  const latencyMs = latency === undefined ? null : durationMs(latency);
  return { route, objective, latencyMs, windowMs: durationMs(window) ?? 0 };
}

/** slo-ROUTE-fast, slo-ROUTE-steady and slo-ROUTE-slow. */
export function sloRules(input: SloInput): readonly Rule[] {
  const slo = buildSlo(input);
  const { labels, runbook = "", notify = null } = input;
  return TIERS.map(({ name, burn, longMs, shortMs, everyMs, severity }) => {
    const windows = `${durationText(longMs)} and ${durationText(shortMs)}`;
    return {
      name: `slo-${slo.route}-${name}`,
      question: `Does ${slo.route} burn its error budget ${burn} times too fast, over ${windows}?`,
      source: { kind: "slo", slo, longMs, shortMs },
      windowMs: longMs,
      when: ["burn_long", "burn_short"].map((column) => ({ column, operator: ">", number: burn })),
      by: ["route"],
      forMs: 0,
      everyMs,
      severity,
      labels,
      annotations: { summary: summaryOf(slo, longMs) },
      runbook,
      notify,
    };
  });
}

function summaryOf({ objective, latencyMs }: Slo, longMs: number): string {
  const slow = latencyMs === null ? "" : ` or take longer than ${latencyMs} ms`;
  return `{{route}} burns its error budget {{burn_long}} times too fast: {{bad}} of {{requests}} requests in ${durationText(longMs)} failed${slow}, and ${objective} % are promised to be good`;
}

/** Requests of a window, and how many of them were not as promised. */
export interface Good {
  readonly requests: number;
  readonly bad: number;
}

/** Burn rate above which its rules call, by window in milliseconds. */
export const BURN_LIMITS: ReadonlyMap<number, number> = new Map(
  TIERS.flatMap(({ burn, longMs, shortMs }) => [[longMs, burn] as const, [shortMs, burn] as const]),
);

/** 1: the budget lasts exactly as long as its window. Nothing burns without requests. */
export function burnRate({ objective }: Pick<Slo, "objective">, { requests, bad }: Good): number {
  return requests === 0 ? 0 : bad / requests / (1 - objective / 100);
}

/** 1: nothing is spent; below 0: more than there was. */
export function budgetLeft(slo: Pick<Slo, "objective">, good: Good): number {
  return 1 - burnRate(slo, good);
}
