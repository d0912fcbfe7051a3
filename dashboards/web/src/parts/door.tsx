// A figure that leads to the requests behind it.
import type { MouseEvent, ReactNode } from "react";
import { requestsWith } from "../state/filters.ts";
import { changed, hrefOf, usePlace } from "../state/place.ts";

interface DoorProps {
  readonly filters: Readonly<Record<string, string>>;
  readonly title?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Door({ filters, title, className = "", children }: DoorProps): ReactNode {
  const { params } = usePlace();
  return (
    <a
      className={`door ${className}`}
      href={hrefOf("requests", requestsWith(params, filters))}
      title={title}
      onClick={stop}
    >
      {children}
    </a>
  );
}

interface TraceLinkProps {
  readonly traceId: string;
  readonly spanId?: string;
  readonly children: ReactNode;
}

/** Opens one request in the sheet over this page. */
export function TraceLink({ traceId, spanId, children }: TraceLinkProps): ReactNode {
  const { page, params } = usePlace();
  const open = spanId === undefined ? traceId : `${traceId}.${spanId}`;
  return (
    <a className="door" href={hrefOf(page, changed(params, { open }))} onClick={stop}>
      {children}
    </a>
  );
}

/** The row around it opens on a click too: this link is meant instead. */
function stop(event: MouseEvent): void {
  event.stopPropagation();
}
