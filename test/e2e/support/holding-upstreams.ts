// Endpoints that answer at once, but what asks with ?hold when all of those are let go.
import { startUpstream } from "./upstream.ts";

export interface HoldingUpstreams {
  readonly urls: readonly string[];
  /** Resolves once so many are held by all together. */
  readonly held: (count: number) => Promise<void>;
  /** Answers all that are held. */
  readonly release: () => void;
  readonly close: () => void;
}

export async function startHoldingUpstreams(count: number): Promise<HoldingUpstreams> {
  let look = (): void => undefined;
  const upstreams = await Promise.all(
    Array.from({ length: count }, () => startUpstream(0, () => look())),
  );
  const waiting = (): number => upstreams.reduce((sum, { held }) => sum + held(), 0);
  return {
    urls: upstreams.map(({ url }) => url),
    held: (wanted) =>
      new Promise((resolve) => {
        look = () => {
          if (waiting() >= wanted) resolve();
        };
        look();
      }),
    release() {
      for (const upstream of upstreams) upstream.release();
    },
    close() {
      for (const upstream of upstreams) upstream.close();
    },
  };
}
