// One log line of a service in a sheet: its whole text, its trace, and each attribute as a door to lines like it.
import { type ReactNode, useCallback } from "react";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Nothing } from "../../parts/panel.tsx";
import { isTyping, useKeys } from "../../state/keys.ts";
import { change, changed, currentPlace, hrefOf } from "../../state/place.ts";
import { iso } from "../../state/range.ts";
import { useApi } from "../../state/use-api.ts";
import { storedWords } from "../../words/stored.ts";
import { preciseClock, timeMs } from "../../words/time.ts";
import { readWholeLine, severityTone, type WholeLine } from "./log-line.ts";
import { logsHref, withTerm } from "./log-params.ts";

const ONCE = { everyMs: null, always: true } as const;
/** Of the question, all but time and service. */
const NO_CHOICE = { q: null, source: null, severity: null, route: null, trace_id: null };
const AROUND_MS = 30_000;

export function LineSheet({ id }: { readonly id: string }): ReactNode {
  const line = useApi(`api/v1/logs/lines/${encodeURIComponent(id)}`, readWholeLine, ONCE);
  useKeys(
    useCallback((event: KeyboardEvent) => {
      const inDialog = document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !isTyping(event) && !inDialog) close();
    }, []),
  );
  // Of another line, while the new one is on its way: better nothing than the wrong one.
  const current = line.data?.id === id ? line.data : null;
  return (
    <aside className="sheet" role="dialog" aria-label="Log line">
      <header className="sheet-head">
        <div className="sheet-title">{current === null ? null : <Title line={current} />}</div>
        <div className="sheet-actions">
          {current === null ? null : <CopyButton label="Text" words={() => current.text} />}
          <button type="button" className="button quiet" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </div>
      </header>
      {current === null ? <Nothing from={line} what="this line" /> : <Details line={current} />}
    </aside>
  );
}

function close(): void {
  change({ line: null });
}

function Title({ line }: { readonly line: WholeLine }): ReactNode {
  const { severity, severity_text, service, time, event } = line;
  return (
    <>
      <h2>
        <span className={`severity severity-${severityTone(severity)}`}>
          {severity_text || severity}
        </span>{" "}
        {service}
        {event === "" ? null : <span className="muted"> {event}</span>}
      </h2>
      <p className="muted">
        at <time dateTime={time}>{preciseClock(timeMs(time))}</time>
      </p>
    </>
  );
}

function Details({ line }: { readonly line: WholeLine }): ReactNode {
  return (
    <div className="sheet-body">
      <pre className="log-body">{storedWords(line.text)}</pre>
      <Doors line={line} />
      <Members title="Attributes" of={line.attributes} />
      <Members title="Resource" of={line.resource} />
      <Members title={`Scope ${line.scope}`} of={line.scope_attributes} />
    </div>
  );
}

function Doors({
  line: { time, service, trace_id: traceId },
}: {
  readonly line: WholeLine;
}): ReactNode {
  const atMs = timeMs(time);
  const around = {
    since: iso(atMs - AROUND_MS),
    until: iso(atMs + AROUND_MS),
    ...NO_CHOICE,
  };
  const { page, params } = currentPlace();
  return (
    <p className="log-doors">
      {traceId === "" ? null : (
        <>
          <a className="button" href={hrefOf(page, changed(params, { open: traceId }))}>
            Its trace
          </a>
          <a className="button" href={logsHref({ trace_id: traceId, q: null, severity: null })}>
            Lines of its trace
          </a>
        </>
      )}
      <a className="button" href={logsHref({ ...around, service })}>
        Before and after
      </a>
      <a className="button" href={logsHref({ ...around, service: null })}>
        … of all services
      </a>
    </p>
  );
}

interface MembersProps {
  readonly title: string;
  readonly of: Readonly<Record<string, string>>;
}

function Members({ title, of }: MembersProps): ReactNode {
  const members = Object.entries(of);
  if (members.length === 0) return null;
  return (
    <section className="field-group">
      <h4>{title}</h4>
      <dl>
        {members.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Value name={name} value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface ValueProps {
  readonly name: string;
  readonly value: string;
}

function Value({ name, value }: ValueProps): ReactNode {
  const q = withTerm(currentPlace().params.get("q") ?? "", name, value);
  const words = <code>{storedWords(value)}</code>;
  if (q === null) return words;
  return (
    <a className="door" href={logsHref({ q })} title="Lines with it">
      {words}
    </a>
  );
}
