// A rule's looks at the past, asked of a running weir in pieces, through the same life of alerts as live ones.
import { createReplay, type Fired, type PastLook } from "../../alerts/replay.ts";
import type { AdminClient } from "../admin-client.ts";
import type { WrittenRule } from "./written-rules.ts";

interface Replay {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly looks: number;
  /** Told how many more are done. */
  readonly looked: (more: number) => void;
}

/** As POST /api/v1/alerts/look answers. */
interface Looks {
  readonly looks: readonly PastLook[];
}

const AT_ONCE = 500;

/** Rejects with CommandError. */
export async function replayRule(
  client: AdminClient,
  { rule, file }: WrittenRule,
  { fromMs, stepMs, looks, looked }: Replay,
): Promise<readonly Fired[]> {
  const replay = createReplay(rule);
  for (let done = 0; done < looks;) {
    const body = {
      ...file,
      rule: rule.name,
      from: new Date(fromMs + done * stepMs).toISOString(),
      step_s: stepMs / 1000,
      looks: Math.min(AT_ONCE, looks - done),
    };
    const answer = (await client.post("/api/v1/alerts/look", body)) as Looks;
    replay.take(answer.looks);
    done += answer.looks.length;
    looked(answer.looks.length);
  }
  return replay.fired();
}
