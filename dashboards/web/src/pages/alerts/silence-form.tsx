// Says which alerts are told to nobody, for how long and why, before it does so.
import type { ReactNode } from "react";
import {
  ChangeForm,
  type Filled,
  LengthField,
  lengthMs,
  WhyField,
} from "../../parts/change-form.tsx";
import { formText } from "../../parts/form-text.ts";
import { iso } from "../../state/range.ts";
import { readMatchers } from "./matchers.ts";

const LENGTHS = ["30m", "2h", "8h", "1d", "7d"] as const;

interface SilenceFormProps {
  readonly matchers: string;
  readonly onDone: () => void;
}

export function SilenceForm({ matchers, onDone }: SilenceFormProps): ReactNode {
  return (
    <ChangeForm
      path="api/v1/silences"
      label="New silence"
      action="Silence"
      refused="Not silenced"
      read={silenceOf}
      onDone={onDone}
    >
      <label className="wide">
        Labels that all match; * stands for any text
        <input
          name="matchers"
          defaultValue={matchers}
          placeholder="alert=route-* route=orders"
          spellCheck={false}
          autoComplete="off"
          required
          autoFocus
        />
      </label>
      <LengthField lengths={LENGTHS} usual="2h" />
      <WhyField />
    </ChangeForm>
  );
}

function silenceOf(form: HTMLFormElement): Filled {
  const matchers = readMatchers(formText(form, "matchers"));
  if (matchers === null) return { wrong: "Labels must be NAME=VALUE, such as alert=route-*." };
  const ends_at = iso(Date.now() + lengthMs(form));
  return { body: { matchers, ends_at, comment: formText(form, "comment") } };
}
