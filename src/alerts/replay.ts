// What a rule's looks at the past would have made of its alerts: when each would have fired, and ended.
import type { Observation } from "./observe.ts";
import { type Alert, changesBetween, type Judged, nextState, UNSEEN } from "./rule-state.ts";

/** As POST /api/v1/alerts/look answers. */
export interface PastLook {
  /** ISO time. */
  readonly at: string;
  readonly found: readonly Observation[];
}

export interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly firedAtMs: number;
  /** null: it still fires. */
  readonly resolvedAtMs: number | null;
}

interface Replay {
  /** The next looks, in their order. */
  readonly take: (looks: readonly PastLook[]) => void;
  /** So far, oldest first. */
  readonly fired: () => readonly Fired[];
}

/** Through the same life of alerts as live ones. */
export function createReplay(rule: Judged): Replay {
  const fired = new Map<string, Fired>();
  let state = UNSEEN;
  return {
    take(looks) {
      for (const { at, found } of looks) {
        const before = state;
        state = nextState(rule, before, { look: { ok: true, found }, nowMs: Date.parse(at) });
        for (const alert of changesBetween(before, state)) note(fired, alert);
      }
    },
    fired: () => [...fired.values()],
  };
}

function note(fired: Map<string, Fired>, { id, labels, annotations, ...times }: Alert): void {
  const { firedAtMs, resolvedAtMs } = times;
  if (firedAtMs === null) return;
  const summary = annotations["summary"] ?? "";
  fired.set(`${id} ${firedAtMs}`, { labels, summary, firedAtMs, resolvedAtMs });
}
