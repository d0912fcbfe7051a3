// When a policy was loaded, and how long that is ago.
import type { ReactNode } from "react";
import { useNow } from "../../state/live.ts";
import { age, instant, timeMs } from "../../words/time.ts";

export function LoadedAt({ at }: { readonly at: string | null }): ReactNode {
  const now = useNow(5000);
  if (at === null) return <span className="faint">never</span>;
  const loadedMs = timeMs(at);
  return (
    <time dateTime={at} title={at}>
      {instant(loadedMs, now)} <span className="muted">({age(now - loadedMs)} ago)</span>
    </time>
  );
}
