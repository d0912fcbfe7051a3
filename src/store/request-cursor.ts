// Where a list of requests goes on: right after a row, as the store's rows and the API's both say it.

interface Placed {
  /** With nine digits: "2026-11-21 09:30:00.123456789", or the same as ISO-8601. */
  readonly started_at: string;
  readonly span_id: string;
}

export interface CursorParams {
  readonly before_at: string;
  readonly before_span: string;
}

export function cursorOf({ started_at: at, span_id: spanId }: Placed): string {
  return `${at.replace(" ", "T").replace(/Z$/, "")}~${spanId}`;
}

const CURSOR = /^(?<day>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d:\d\d\.\d{9})~(?<span>[\w-]*)$/;

/** null where it is none. */
export function readCursor(cursor: string): CursorParams | null {
  const groups = CURSOR.exec(cursor)?.groups;
  if (groups === undefined) return null;
  return { before_at: `${groups["day"]} ${groups["time"]}`, before_span: groups["span"] ?? "" };
}
