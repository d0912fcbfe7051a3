// Verifications under way in one worker: equal ones are one, a few run at a time, and the queue has an end.
import { createLane } from "../core/lane.ts";

export interface VerificationLimits {
  readonly atATime: number;
  /** Besides those that run. */
  readonly waiting: number;
}

/** Equal by `id`, which is kept only while it is under way. null: too many wait. */
export type Verifications<Verdict> = (
  id: string,
  verify: () => Promise<Verdict>,
) => Promise<Verdict> | null;

export function createVerifications<Verdict>(limits: VerificationLimits): Verifications<Verdict> {
  const underway = new Map<string, Promise<Verdict>>();
  const lane = createLane(limits.atATime, limits.waiting);
  const ending = async (id: string, verify: () => Promise<Verdict>): Promise<Verdict> => {
    try {
      return await verify();
    } finally {
      underway.delete(id);
    }
  };
  return (id, verify) => {
    const same = underway.get(id);
    if (same !== undefined) return same;
    if (lane.isFull()) return null;
    const begun = lane.run(() => ending(id, verify));
    underway.set(id, begun);
    return begun;
  };
}
