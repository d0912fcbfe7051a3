// Above the tail's rows: how much comes, the last minute, what is held back and what was never sent.
import type { ReactNode } from "react";
import { Amount } from "../../parts/amount.tsx";
import { Door } from "../../parts/door.tsx";
import { useNow } from "../../state/live.ts";
import { clock } from "../../words/time.ts";
import { count, rate, text } from "../../../../../src/core/quantity.ts";
import { KEPT_ROWS, rateOf, type TailState } from "./tail-state.ts";
import { TailStrip } from "./tail-strip.tsx";
import type { Tail } from "./use-tail.ts";

interface TailHeadProps {
  readonly tail: Tail;
  readonly filters: Readonly<Record<string, string>>;
  /** Why the list stands still; null where it does not. */
  readonly heldBy: string | null;
  readonly onGoOn: () => void;
}

export function TailHead({ tail, filters, heldBy, onGoOn }: TailHeadProps): ReactNode {
  const { state, fault } = tail;
  const now = useNow(1000);
  return (
    <div className="tail-head">
      <Door
        className="tail-rate"
        filters={{ ...filters, since: "1m" }}
        title="Requests of the last minute"
      >
        <span className="figure-amount">
          <Amount of={rate(rateOf(state, now), 1)} />
        </span>
        <span className="small">{fault === null ? "over 10 s" : "nothing comes"}</span>
      </Door>
      <TailStrip seconds={state.seconds} nowMs={now} />
      <div className="tail-words">
        <p className="muted">
          {text(count(state.came))} since {clock(state.openedMs)}; the newest {KEPT_ROWS} are kept.
        </p>
        {state.unseen === 0 ? null : (
          <p className="is-slow">
            {text(count(state.unseen))} dropped here: more came than can be read. All are stored.
          </p>
        )}
        {fault === null ? null : (
          <p className="is-error" role="alert">
            {fault.message} Tried again every 3 s.
          </p>
        )}
        {heldBy === null ? null : <Held by={heldBy} state={state} onGoOn={onGoOn} />}
      </div>
    </div>
  );
}

interface HeldProps {
  readonly by: string;
  readonly state: TailState;
  readonly onGoOn: () => void;
}

function Held({ by, state, onGoOn }: HeldProps): ReactNode {
  return (
    <p>
      {by}: {text(count(state.heldCount))} came meanwhile.{" "}
      <button type="button" className="button" onClick={onGoOn}>
        Go on
      </button>
    </p>
  );
}
