// A rule's looks at the past, asked of a running weir in pieces, through the same life of alerts as live ones.
import type { Observation } from "../../alerts/observe.ts";
import { type Alert, changesBetween, nextState, UNSEEN } from "../../alerts/rule-state.ts";
import type { AdminClient } from "../admin-client.ts";
import type { WrittenRule } from "./written-rules.ts";

export interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly firedAtMs: number;
  /** null: it still fires. */
  readonly resolvedAtMs: number | null;
}

interface Replay {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly looks: number;
  /** Told how many more are done. */
  readonly looked: (more: number) => void;
}

/** As POST /api/v1/alerts/look answers. */
interface Looks {
  readonly looks: readonly { readonly at: string; readonly found: readonly Observation[] }[];
}

const AT_ONCE = 500;

/** Rejects with CommandError. */
export async function replayRule(
  client: AdminClient,
  { rule, file }: WrittenRule,
  { fromMs, stepMs, looks, looked }: Replay,
): Promise<readonly Fired[]> {
  const fired = new Map<string, Fired>();
  let state = UNSEEN;
  for (let done = 0; done < looks;) {
    const body = {
      ...file,
      rule: rule.name,
      from: new Date(fromMs + done * stepMs).toISOString(),
      step_s: stepMs / 1000,
      looks: Math.min(AT_ONCE, looks - done),
    };
    const answer = (await client.post("/api/v1/alerts/look", body)) as Looks;
    for (const { at, found } of answer.looks) {
      const before = state;
      state = nextState(rule, before, { look: { ok: true, found }, nowMs: Date.parse(at) });
      for (const alert of changesBetween(before, state)) note(fired, alert);
    }
    done += answer.looks.length;
    looked(answer.looks.length);
  }
  return [...fired.values()];
}

function note(fired: Map<string, Fired>, { id, labels, annotations, ...times }: Alert): void {
  const { firedAtMs, resolvedAtMs } = times;
  if (firedAtMs === null) return;
  const summary = annotations["summary"] ?? "";
  fired.set(`${id} ${firedAtMs}`, { labels, summary, firedAtMs, resolvedAtMs });
}
