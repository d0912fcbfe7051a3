// How often, when and by which paths somebody used something: the support of a proposed rule.

export interface PathUse {
  requests: number;
  /** ISO-8601, UTC. */
  lastSeen: string;
}

export interface Use extends PathUse {
  /** By path; null once there are more than can be listed one by one. */
  paths: Map<string, PathUse> | null;
}

/** Paths kept of one use, so that they can be listed where a template would be too wide. */
export const MOST_PATHS = 32;

export function newUse(): Use {
  return { requests: 0, lastSeen: "", paths: new Map() };
}

export function pathsOf({ paths }: Use): number {
  return paths?.size ?? 0;
}

export function addPath(use: Use, path: string, seen: PathUse): void {
  count(use, seen);
  if (use.paths === null) return;
  const known = use.paths.get(path);
  if (known !== undefined) count(known, seen);
  else if (use.paths.size < MOST_PATHS) {
    use.paths.set(path, { requests: seen.requests, lastSeen: seen.lastSeen });
  } else use.paths = null;
}

/** Adds all of `other`, which must not be used any more. */
export function addUse(use: Use, other: Use): void {
  const { paths } = other;
  if (paths === null) {
    use.paths = null;
    count(use, other);
  } else for (const [path, seen] of paths) addPath(use, path, seen);
}

function count(sum: PathUse, { requests, lastSeen }: PathUse): void {
  sum.requests += requests;
  if (lastSeen > sum.lastSeen) sum.lastSeen = lastSeen;
}
