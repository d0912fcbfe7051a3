// Looks at intervals for what has waited too long, once what arrived by then is read.

export interface Sweep {
  readonly stop: () => void;
}

/**
 * Where the thread was halted for a while (a busy machine, a virtual one that moved), timers are
 * called before sockets: who was in time and is yet to be read would be late by its own clock.
 */
export function sweepEvery(intervalMs: number, sweep: () => void): Sweep {
  let turn: NodeJS.Immediate | undefined;
  const timer = setInterval(() => void (turn = setImmediate(sweep)), intervalMs).unref();
  return {
    stop() {
      clearInterval(timer);
      clearImmediate(turn);
    },
  };
}
