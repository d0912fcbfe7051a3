// Bounds how many statements run and wait at once, so that reads never starve inserts of threads.

/** A lane with `width` places and `queue` waiting ones; a call beyond both is refused. */
export interface Lane {
  /** Rejects with LaneFullError, without starting the work, where the queue is full. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
}

export class LaneFullError extends Error {
  constructor(width: number) {
    super(
      `Code: 202. DB::Exception: Too many simultaneous queries. Maximum: ${width}. (TOO_MANY_SIMULTANEOUS_QUERIES)`,
    );
    this.name = "LaneFullError";
  }
}

export function createLane(width: number, queue: number): Lane {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running < width) running++;
    else if (waiting.length >= queue) throw new LaneFullError(width);
    else await new Promise<void>((resolve) => void waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  return {
    run: async (work) => {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
