// Says what taking an endpoint out, or giving it less, will do, and asks for how long and why, before it does so.
import type { ReactNode } from "react";
import { ChangeForm, LengthField, lengthMs, WhyField } from "../../parts/change-form.tsx";
import { formText } from "../../parts/form-text.ts";
import { hostOf } from "../overview/verdict-line.tsx";
import type { EndpointRow } from "./endpoint-row.ts";

/** What is left of its weight; nothing: it is out. */
const SHARES = [
  ["0", "nothing: it is out"],
  ["0.1", "10 %"],
  ["0.25", "25 %"],
  ["0.5", "50 %"],
] as const;

const LENGTHS = ["5m", "15m", "1h", "4h", "1d"] as const;

interface HoldFormProps {
  readonly row: EndpointRow;
  readonly onDone: () => void;
}

export function HoldForm({ row: { service, endpoint }, onDone }: HoldFormProps): ReactNode {
  return (
    <ChangeForm
      path="api/v1/holds"
      label={`Take out ${endpoint.url}`}
      action="Take out"
      refused="Not taken out"
      read={(form) => ({ body: { service, endpoint: endpoint.url, ...heldBy(form) } })}
      onDone={onDone}
    >
      <p>
        No request, or fewer, goes to <b className="mono">{hostOf(endpoint.url)}</b> of {service}{" "}
        from then on; the {endpoint.inflight} in flight may end. It is in again by itself when the
        time is over.
      </p>
      <WhyField first />
      <label>
        What is left of its weight
        <select name="share" defaultValue="0">
          {SHARES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <LengthField lengths={LENGTHS} usual="15m" />
    </ChangeForm>
  );
}

function heldBy(form: HTMLFormElement): object {
  const share = Number(formText(form, "share"));
  return { share, for_s: lengthMs(form) / 1000, comment: formText(form, "comment") };
}
