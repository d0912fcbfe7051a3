// The list of lines: only those in sight are drawn, older ones come by scrolling to the end.
import { type MouseEvent, type ReactNode, useCallback, useEffect, useRef } from "react";
import { Icon } from "../../parts/icon.tsx";
import { change, changed, changeQuietly, hrefOf, type Place } from "../../state/place.ts";
import { useCursor } from "../../tables/use-cursor.ts";
import { useWindow } from "../../tables/use-window.ts";
import { storedWords } from "../../words/stored.ts";
import { preciseClock, timeMs } from "../../words/time.ts";
import type { ShownLine } from "./lines-state.ts";
import { severityTone } from "./log-line.ts";
import type { Lines } from "./use-lines.ts";

/** Narrow screens show a line in two: its head and its text. */
const NARROW = "(max-width: 760px)";
const ROW_HEIGHT = 26;
const NARROW_ROW_HEIGHT = 50;

interface LineListProps {
  readonly of: Lines;
  readonly place: Place;
  /** Whether the first line is in sight. */
  readonly onTop: (isTop: boolean) => void;
}

export function LineList({ of, place, onTop }: LineListProps): ReactNode {
  const { lines, next, fresh } = of.list;
  const host = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const rowHeight = window.matchMedia(NARROW).matches ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const { from, to } = useWindow(list, lines.length, rowHeight);
  const isEnd = to >= lines.length && next !== null && of.olderError === null;
  useEffect(() => {
    if (isEnd) of.loadOlder();
  }, [isEnd, of.loadOlder]);
  useEffect(() => onTop(from === 0), [from, onTop]);
  const open = useCallback((at: number) => openLine(lines[at]), [lines]);
  const follow = place.params.has("line") || place.params.has("open");
  const cursor = useCursor({ length: lines.length, enabled: true, onOpen: open, follow });
  useEffect(() => scrollTo(host.current, cursor, rowHeight), [cursor, rowHeight]);
  return (
    <div className="line-list" ref={host} tabIndex={-1}>
      <ol ref={list} style={{ height: lines.length * rowHeight }} aria-label="Log lines">
        {lines.slice(from, to).map((line, at) => (
          <Line
            key={line.key}
            line={line}
            place={place}
            top={(from + at) * rowHeight}
            className={classOf(line, { isCursor: from + at === cursor, fresh, place })}
          />
        ))}
      </ol>
      <Foot of={of} />
    </div>
  );
}

function scrollTo(host: HTMLElement | null, cursor: number, rowHeight: number): void {
  if (host === null || cursor < 0) return;
  const top = cursor * rowHeight;
  const least = top + rowHeight - host.clientHeight;
  if (host.scrollTop > top) host.scrollTop = top;
  else if (host.scrollTop < least) host.scrollTop = least;
}

interface LineFacts extends Pick<LineListProps, "place"> {
  readonly isCursor: boolean;
  readonly fresh: ReadonlySet<string>;
}

function classOf(
  { key, id }: ShownLine,
  { isCursor, fresh, place: { params } }: LineFacts,
): string {
  const isOpen = params.get("line") === id || params.get("open") === id;
  return [
    "log-line",
    isCursor ? "is-cursor" : "",
    isOpen ? "is-open" : "",
    fresh.has(key) ? "is-new" : "",
  ].join(" ");
}

/** Access rows open as the requests they are. */
function placeOf({ source, id }: ShownLine): {
  readonly line: string | null;
  readonly open: string | null;
} {
  return source === "access" ? { open: id, line: null } : { open: null, line: id };
}

/** With a sheet open a further line replaces it: Back then leaves the sheet, not each line. */
function openLine(line: ShownLine | undefined): void {
  if (line === undefined) return;
  if (/[?&](?:line|open)=/.test(window.location.hash)) changeQuietly(placeOf(line));
  else change(placeOf(line));
}

interface LineProps extends Pick<LineListProps, "place"> {
  readonly line: ShownLine;
  readonly top: number;
  readonly className: string;
}

function Line({ line, place, top, className }: LineProps): ReactNode {
  const { severity, service, source, text, time, trace_id: traceId } = line;
  const hasTrace = source === "service" && traceId !== "";
  return (
    <li
      className={className}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => openLine(line)}
    >
      <time dateTime={time} title={time}>
        {preciseClock(timeMs(time))}
      </time>
      <span className={`severity severity-${severityTone(severity)}`}>
        {severity === "none" ? "–" : severity}
      </span>
      <span className={source === "access" ? "log-service is-access" : "log-service"}>
        {service || "–"}
      </span>
      <a
        className="log-text"
        href={hrefOf("logs", changed(place.params, placeOf(line)))}
        onClick={leaveToLine}
      >
        {storedWords(text)}
      </a>
      {hasTrace ? (
        <a
          className="log-trace"
          href={hrefOf("logs", changed(place.params, { open: traceId, line: null }))}
          onClick={(event) => event.stopPropagation()}
          title="Its trace"
          aria-label="Its trace"
        >
          <Icon name="next" size={14} />
        </a>
      ) : null}
    </li>
  );
}

/** Its line opens it; what opens another tab does so. */
function leaveToLine(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation();
  else event.preventDefault();
}

function Foot({ of: { list, olderError, loadOlder } }: { readonly of: Lines }): ReactNode {
  if (olderError !== null) {
    return (
      <p className="list-foot is-error">
        Could not load older lines: {olderError.message}{" "}
        <button type="button" className="button" onClick={loadOlder}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <p className="list-foot small">
      {list.next === null ? "That is all there is in this range." : "Loading older lines…"}
    </p>
  );
}
