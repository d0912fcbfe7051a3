// A few at a time, the rest in turn, and an end to how many may wait.

/** A lane with `width` places and `queue` waiting ones; a call beyond both is refused. */
export interface Lane {
  /** Rejects with LaneFullError, without starting the work, where the queue is full. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  /** The next one would be refused. */
  readonly isFull: () => boolean;
}

export class LaneFullError extends Error {
  readonly width: number;

  constructor(width: number) {
    super(`all ${width} places are taken, and too many wait for one`);
    this.name = "LaneFullError";
    this.width = width;
  }
}

export function createLane(width: number, queue: number): Lane {
  const waiting: (() => void)[] = [];
  let running = 0;
  const isFull = (): boolean => running >= width && waiting.length >= queue;
  const enter = async (): Promise<void> => {
    if (running < width) running++;
    else if (isFull()) throw new LaneFullError(width);
    else await new Promise<void>((resolve) => void waiting.push(resolve));
  };
  /** Hands its place to the next, so that nobody comes in between. */
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
    isFull,
  };
}
