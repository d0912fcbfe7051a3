// Verifications under way in one worker: equal ones are one, a few run at a time, and the queue has an end.

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
  const waiting: (() => void)[] = [];
  let running = 0;
  const isBusy = (): boolean => running >= limits.atATime;
  const turn = async (): Promise<void> => {
    if (isBusy()) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
  };
  /** Hands its place to the next, so that nobody comes in between. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  const inTurn = async (id: string, verify: () => Promise<Verdict>): Promise<Verdict> => {
    await turn();
    try {
      return await verify();
    } finally {
      underway.delete(id);
      leave();
    }
  };
  return (id, verify) => {
    const same = underway.get(id);
    if (same !== undefined) return same;
    if (isBusy() && waiting.length >= limits.waiting) return null;
    const begun = inTurn(id, verify);
    underway.set(id, begun);
    return begun;
  };
}
