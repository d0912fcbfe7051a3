// Takes an endpoint out, once somebody said for how long and why, and puts it back.
import { type ReactNode, useEffect, useState } from "react";
import type { Hold } from "../../api.ts";
import { deleteJson } from "../../client.ts";
import { noteChange } from "../../state/changes.ts";
import { useWork } from "../../state/use-work.ts";
import type { EndpointActions } from "./endpoint-columns.tsx";
import type { EndpointRow } from "./endpoint-row.ts";
import { HoldForm } from "./hold-form.tsx";

interface UsedActions {
  readonly actions: EndpointActions;
  /** The form that is open, and why the last putting back failed. */
  readonly note: ReactNode;
}

export function useEndpointActions(): UsedActions {
  const [taken, setTaken] = useState<EndpointRow | null>(null);
  const { asked, run } = useWork<Hold>();
  useEffect(() => {
    if (asked.state === "answered") noteChange();
  }, [asked]);
  const onPutBack = ({ service, endpoint }: EndpointRow): void => {
    const named = new URLSearchParams({ service, endpoint: endpoint.url });
    run((signal) => deleteJson(`api/v1/holds?${named.toString()}`, signal));
  };
  return {
    actions: { onTakeOut: setTaken, onPutBack },
    note: (
      <>
        {taken === null ? null : (
          <HoldForm key={taken.endpoint.url} row={taken} onDone={() => setTaken(null)} />
        )}
        {asked.state === "failed" ? (
          <p className="is-error note" role="alert">
            Not put back: {asked.error.message}
          </p>
        ) : null}
      </>
    ),
  };
}
