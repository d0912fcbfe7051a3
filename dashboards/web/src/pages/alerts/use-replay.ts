// Has a rule look at the range step by step, in pieces that the API can answer soon, and says how far it is.
import { useEffect, useState } from "react";
import type { AlertRule } from "../../alerting.ts";
import { postJson } from "../../client.ts";
import { type Interval, iso } from "../../state/range.ts";
import { durationMs } from "../../../../../src/alerts/duration.ts";
import { createReplay, type Fired, type PastLook } from "../../../../../src/alerts/replay.ts";

export interface Replayed {
  readonly fired: readonly Fired[];
  readonly done: number;
  readonly looks: number;
  readonly stepMs: number;
  readonly error: Error | null;
}

const MOST_LOOKS = 240;
const LEAST_STEP_MS = 60_000;

/** Anew for another rule or range; `again` counts tries. */
export function useReplay(rule: AlertRule, interval: Interval, again: number): Replayed {
  const plan = planOf(rule, interval);
  const [state, setState] = useState<Replayed>(() => ({
    ...plan,
    fired: [],
    done: 0,
    error: null,
  }));
  const { name } = rule;
  const forMs = durationMs(rule.for) ?? 0;
  const { fromMs, stepMs, looks } = plan;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const replay = createReplay({ name, runbook: "", forMs });
    let done = 0;
    const say = (error: Error | null = null): void => {
      if (!signal.aborted) setState({ fired: replay.fired(), done, looks, stepMs, error });
    };
    const lookOn = async (): Promise<void> => {
      for (say(); done < looks && !signal.aborted; say()) {
        const from = iso(fromMs + done * stepMs);
        const body = { rule: name, from, step_s: stepMs / 1000, looks: looks - done };
        const answer = await postJson("api/v1/alerts/look", body, signal);
        const { looks: seen } = answer as { readonly looks: readonly PastLook[] };
        replay.take(seen);
        done += seen.length;
      }
    };
    lookOn().catch(say);
    return () => controller.abort();
  }, [name, forMs, fromMs, stepMs, looks, again]);
  return state;
}

/** Whole steps that end with the range. */
function planOf({ every }: AlertRule, { fromMs, toMs }: Interval) {
  const leastMs = Math.max(LEAST_STEP_MS, durationMs(every) ?? 0, (toMs - fromMs) / MOST_LOOKS);
  const stepMs = Math.ceil(leastMs / 1000) * 1000;
  const looks = Math.max(1, Math.floor((toMs - fromMs) / stepMs));
  return { fromMs: Math.floor(toMs / stepMs) * stepMs - (looks - 1) * stepMs, stepMs, looks };
}
