// A service's own span: what it was, how it ended, and whether its clock can be believed.
import type { ReactNode } from "react";
import { duration, text } from "../../../../src/core/quantity.ts";
import { Amount } from "../parts/amount.tsx";
import type { Span } from "../request-row.ts";
import { storedWords } from "../words/stored.ts";

interface SpanDetailsProps {
  readonly span: Span;
  /** As in the waterfall. */
  readonly skewNs: number;
}

export function SpanDetails({ span, skewNs }: SpanDetailsProps): ReactNode {
  const { name, service, kind, duration_ns: durationNs, status, status_message: words } = span;
  const isError = /error/i.test(status);
  return (
    <section>
      <h3>
        {name} <span className="tag">{service}</span>
      </h3>
      <p>
        {kind.toLowerCase()} span, <Amount of={duration(durationNs)} />
        {isError ? <span className="is-error"> failed {storedWords(words)}</span> : null}
      </p>
      {skewNs === 0 ? null : (
        <p className="muted">
          It says it began before what called it: the clock of {service} is behind by about{" "}
          {text(duration(skewNs))}, and it is shown as much later.
        </p>
      )}
      <Members of={span.attributes} />
      <Members of={span.resource} />
    </section>
  );
}

function Members({ of }: { readonly of: Readonly<Record<string, string>> }): ReactNode {
  const members = Object.entries(of);
  if (members.length === 0) return null;
  return (
    <div className="field-group">
      <dl>
        {members.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{storedWords(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
