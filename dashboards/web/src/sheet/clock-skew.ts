// Services' clocks differ: a span that says it began before its parent is moved to where it can have been; pure.

interface Timed {
  /** From the trace's first instant, nanoseconds. */
  readonly startNs: number;
  readonly durationNs: number;
}

/**
 * What is added to a child's own clock so that it lies within its parent, which is where it was: as early as it can
 * be, and half of what is left for the way there where it is shorter. 0 where it does not begin before its parent.
 */
export function skewNs(parent: Timed, child: Timed): number {
  if (child.startNs >= parent.startNs) return 0;
  const left = Math.max(0, parent.durationNs - child.durationNs);
  return parent.startNs - child.startNs + Math.round(left / 2);
}
