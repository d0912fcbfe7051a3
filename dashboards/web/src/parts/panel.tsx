// A titled part of a page that also says what it waits for, what failed, and how old it is.
import type { ReactNode } from "react";
import { useNow } from "../state/live.ts";
import type { Loaded } from "../state/use-api.ts";
import { age, clock } from "../words/time.ts";

interface PanelProps<T> {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly from: Loaded<T>;
  /** What is awaited, as in "Waiting for …". */
  readonly what: string;
  readonly className?: string;
  readonly children: (data: T) => ReactNode;
}

export function Panel<T>(props: PanelProps<T>): ReactNode {
  const { title, aside, from, what, className = "", children } = props;
  const stale = from.error !== null && from.data !== null;
  return (
    <section className={`panel ${className} ${stale ? "is-stale" : ""}`}>
      <header className="panel-head">
        <h2>{title}</h2>
        {stale ? <StaleNote loadedAt={from.loadedAt} /> : null}
        <div className="panel-aside">{aside}</div>
      </header>
      <div className="panel-body">
        {from.data === null ? <Nothing from={from} what={what} /> : children(from.data)}
      </div>
    </section>
  );
}

interface NothingProps {
  readonly from: Loaded<unknown>;
  readonly what: string;
}

/** In the place of data that is not there: a word of what is awaited, or why it did not come. */
export function Nothing({ from, what }: NothingProps): ReactNode {
  if (from.error === null) {
    return (
      <div className="skeleton" role="status">
        <span>Waiting for {what}…</span>
      </div>
    );
  }
  return (
    <div className="failure" role="alert">
      <p>Could not load {what}.</p>
      <p className="small">{from.error.message}</p>
    </div>
  );
}

export function StaleNote({ loadedAt }: { readonly loadedAt: number | null }): ReactNode {
  const now = useNow(1000);
  if (loadedAt === null) return null;
  return (
    <span className="stale-note">
      as of {clock(loadedAt)}, {age(now - loadedAt)} old
    </span>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** An empty state teaches: what would fill it, and how. */
export function Empty({ title, children }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      <p>{title}</p>
      {children}
    </div>
  );
}
