// Time that no busy machine adds to: for limits that tell work of the wrong order from work of the right one.

/** Milliseconds this thread has worked: on a busy machine the clock counts the others' work, too. */
export function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
