// What the request was and how it ended, in two lines.
import type { ReactNode } from "react";
import { Amount } from "../parts/amount.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Door } from "../parts/door.tsx";
import { Icon } from "../parts/icon.tsx";
import { StoredText } from "../parts/stored-text.tsx";
import { StatusMark } from "../parts/status-mark.tsx";
import type { RequestRow } from "../request-row.ts";
import { duration } from "../../../../src/core/quantity.ts";
import { preciseClock, timeMs } from "../words/time.ts";

interface SheetHeadProps {
  readonly row: RequestRow;
  readonly onClose: () => void;
}

export function SheetHead({ row, onClose }: SheetHeadProps): ReactNode {
  return (
    <header className="sheet-head">
      <div className="sheet-title">
        <h2>
          <span className="muted">{row.method}</span> <StoredText text={row.path} />
          {row.query === "" ? null : (
            <span className="faint">
              ?<StoredText text={row.query} />
            </span>
          )}
        </h2>
        <p>
          <StatusMark status={row.status} /> <Amount of={duration(row.duration_ns)} />{" "}
          <WhereWords row={row} />
        </p>
        {row.error_code === "" ? null : (
          <p className="is-error">
            <code>{row.error_code}</code>
            {row.error_source === "" ? "" : `, caused by ${causer(row.error_source)}`}
          </p>
        )}
      </div>
      <div className="sheet-actions">
        <CopyButton label="Trace id" words={() => row.trace_id} />
        <button type="button" className="button quiet" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
    </header>
  );
}

function WhereWords({ row }: { readonly row: RequestRow }): ReactNode {
  return (
    <span className="muted">
      at {preciseClock(timeMs(row.started_at))} on{" "}
      <Door filters={{ route: row.route }}>{row.route || "no route"}</Door>
      {row.upstream === "" ? null : (
        <>
          {" "}
          from{" "}
          <Door filters={{ upstream: row.upstream }}>
            {row.upstream.replace(/^https?:\/\//, "")}
          </Door>
        </>
      )}
    </span>
  );
}

function causer(source: string): string {
  return source === "weir" ? "weir itself" : `the ${source}`;
}
